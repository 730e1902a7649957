import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { EventResource } from "../../workshop/common/event.js";
import {
  type KeptRehearsal,
  REHEARSAL_ALIVE_MS,
  REHEARSAL_ANNOTATION,
  isRehearsing,
  readRehearsal,
  withinObject,
} from "../../workshop/common/kept-rehearsal.js";
import { concluded } from "../../workshop/common/rehearsal.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { EVENTS_PATH } from "../../workshop/node/event-definition.js";
import { findEvent } from "../../workshop/node/events.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { problemOf } from "../http/problem.js";
import type { Rehearsals } from "./open-rehearsals.js";

export interface KeptRehearsalsParts {
  client: KubernetesClient;
  rehearse: Rehearsals["rehearse"];
  log: Pick<Logger, "info" | "warn">;
}

/** How often a rehearsal looks whether somebody has stopped it, at whichever server; it says so as often that it goes on. */
const LOOK_MS = 2_000;
const STOPPED = "It was stopped; its sessions have ended.";

/** Rehearsals that go on without whoever began them, and what the last of each event came to. */
export class KeptRehearsals {
  readonly #parts: KeptRehearsalsParts;
  /** By the id of each that goes on here. */
  readonly #running = new Map<string, AbortController>();

  constructor(parts: KeptRehearsalsParts) {
    this.#parts = parts;
  }

  /** The last one of the event; nothing where there was none. */
  async last({ metadata }: EventResource): Promise<KeptRehearsal | undefined> {
    return lastOf(await findEvent(this.#parts.client, metadata.name));
  }

  /** Begins one with so many learners. Throws SERVER_REHEARSAL_BUSY while another one of the event goes on. */
  async start({ metadata }: EventResource, learners: number): Promise<KeptRehearsal> {
    const { client, log } = this.#parts;
    const found = await findEvent(client, metadata.name);
    if (found === undefined || isRehearsing(lastOf(found), Date.now())) throw rehearsing();
    const begun: KeptRehearsal = {
      id: randomUUID(),
      state: "running",
      learners,
      startedAt: new Date().toISOString(),
      aliveUntil: aliveFrom(Date.now()),
      findings: [],
      more: 0,
      tabs: [],
    };
    await write(client, found, begun);
    log.info({ event: metadata.name, learners }, "a rehearsal begins");
    void this.#run(found, begun);
    return begun;
  }

  /** Stops the one that goes on, wherever that is; its sessions end. */
  async stop({ metadata }: EventResource): Promise<KeptRehearsal | undefined> {
    const { client } = this.#parts;
    const found = await findEvent(client, metadata.name);
    const last = lastOf(found);
    if (found === undefined || last?.state !== "running") return last;
    const stopped: KeptRehearsal = { ...last, state: "stopped", message: STOPPED };
    await write(client, found, stopped);
    this.#running.get(last.id)?.abort(new Error(STOPPED));
    return stopped;
  }

  async #run(event: EventResource, begun: KeptRehearsal): Promise<void> {
    const { rehearse, log } = this.#parts;
    const end = new AbortController();
    this.#running.set(begun.id, end);
    let soFar = begun;
    let looking: Promise<void> | undefined;
    const look = setInterval(() => {
      looking ??= this.#look(event, () => soFar, end).finally(() => (looking = undefined));
    }, LOOK_MS);
    const about = { event: event.metadata.name };
    try {
      const { rehearsal, tabs } = await rehearse(event, {
        learners: begun.learners,
        signal: end.signal,
        onLearner: (finding) => (soFar = { ...soFar, findings: [...soFar.findings, finding] }),
      });
      const { outcome, durationMs, findings } = concluded(rehearsal, []);
      soFar = { ...soFar, state: outcome, durationMs, findings, tabs };
    } catch (error) {
      if (!end.signal.aborted) log.warn({ ...about, err: error }, "a rehearsal has stopped");
      const { message } = problemOf(error).problem.error;
      soFar = end.signal.aborted
        ? { ...soFar, state: "stopped", message: STOPPED }
        : { ...soFar, state: "refused", message };
    } finally {
      clearInterval(look);
      // What it would write yet must not take the place of the outcome, nor keep that from being written.
      await looking;
      this.#running.delete(begun.id);
    }
    // An event that was deleted meanwhile keeps nothing.
    await this.#note(event, soFar).catch((error: unknown) =>
      log.warn({ ...about, err: error }, "what a rehearsal came to could not be written down"),
    );
  }

  async #look(event: EventResource, current: () => KeptRehearsal, end: AbortController): Promise<void> {
    try {
      const last = lastOf(await findEvent(this.#parts.client, event.metadata.name));
      if (last?.id !== current().id || last.state !== "running") return end.abort(new Error(STOPPED));
      await this.#note(event, current());
    } catch {
      // The cluster is away for a moment; the rehearsal says so itself where it stays away.
    }
  }

  async #note({ metadata }: EventResource, rehearsal: KeptRehearsal): Promise<void> {
    const { client } = this.#parts;
    const found = await findEvent(client, metadata.name);
    if (found === undefined || lastOf(found)?.id !== rehearsal.id) return;
    await write(client, found, { ...rehearsal, aliveUntil: aliveFrom(Date.now()) });
  }
}

function lastOf(event: EventResource | undefined): KeptRehearsal | undefined {
  return readRehearsal(event?.metadata.annotations?.[REHEARSAL_ANNOTATION]);
}

/** Of two who write at once the second is refused. Throws SERVER_REHEARSAL_BUSY. */
async function write(
  client: KubernetesClient,
  { metadata: { name, resourceVersion } }: EventResource,
  rehearsal: KeptRehearsal,
): Promise<void> {
  const annotations = { [REHEARSAL_ANNOTATION]: JSON.stringify(withinObject(rehearsal)) };
  try {
    await client.merge(`${EVENTS_PATH}/${name}`, { metadata: { resourceVersion, annotations } });
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 409) throw rehearsing();
    throw error;
  }
}

function rehearsing(): ServerError {
  return new ServerError(
    serverErrorCodes.rehearsing,
    "The event is being rehearsed already, or was changed in this moment. Look at its rehearsal, and stop it there or wait until it is done.",
  );
}

function aliveFrom(now: number): string {
  return new Date(now + REHEARSAL_ALIVE_MS).toISOString();
}
