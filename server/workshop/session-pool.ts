import type { Logger } from "pino";
import type { PoolView } from "../../workshop/common/instructor-api.js";
import type { Lab } from "../../workshop/common/lab.js";
import { type SessionResource, isOver, isPooled, phaseOf } from "../../workshop/common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import {
  type Claim,
  claimSession,
  discardSession,
  isFree,
  madeOf,
  wasMadeOf,
} from "../../workshop/node/pooled-session.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import type { SessionProvisioner } from "../../workshop/node/session-provisioner.js";
import type { SessionQueue } from "../../workshop/node/session-queue.js";
import { createSession, endSession } from "../../workshop/node/sessions.js";
import type { DiskWatch } from "../disk-watch.js";
import type { MemoryWatch } from "../memory-watch.js";
import { offeredLabs } from "../lab-repository.js";
import { type ClusterAbilities, missingNeed } from "./catalogue.js";
import type { SessionCache } from "./session-cache.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

export interface PoolParts {
  labs: ReadonlyMap<string, Lab>;
  /** Paths of labs that are not read yet. */
  lateLabs: () => readonly string[];
  refreshLabs: () => Promise<void>;
  abilities: ClusterAbilities;
  client: KubernetesClient;
  settings: SessionSettings;
  provisioner: SessionProvisioner;
  provisioning: SessionQueue;
  cache: SessionCache;
  disk: Pick<DiskWatch, "state">;
  memory: Pick<MemoryWatch, "hasRoom">;
  /** Whether this server keeps them ready, of several; any of them hands one out. */
  leadership: Pick<Leadership, "isLeader">;
  log: Logger;
}

/** Sessions that are kept ready for whoever asks next. */
export interface SessionPool {
  /** One of the lab's for somebody, made ready before; nothing where there is none. */
  claim(lab: Lab, wanted: Claim): Promise<SessionResource | undefined>;
  /** Gives a session its access that was handed out by a server that died over it. */
  complete(session: SessionResource): Promise<void>;
  /** Begins to keep sessions ready; where the server is reached is known by then. */
  start(): void;
  /** How many each lab wants and has. */
  views(): PoolView[];
  close(): void;
}

/** Looks after what nobody told: an author's change, an end, a failure that has passed. */
const LOOK_MS = 10_000;
/** Pause after a session could not be made, doubled each time. */
const RETRY_MS = 15_000;
const MAX_RETRY_MS = 5 * 60_000;
/** The watch tells of a claim within moments; until then this process knows more than the cluster has told it. */
const CLAIM_KNOWN_MS = 10_000;

/** Keeps as many sessions ready as the labs say, made when nothing else is. */
export function createSessionPool(parts: PoolParts): SessionPool {
  const pool = new Pool(parts);
  return {
    claim: (lab, wanted) => pool.claim(lab, wanted),
    complete: (session) => pool.complete(session),
    start: () => pool.start(),
    views: () => pool.views(),
    close: () => pool.close(),
  };
}

interface Failure {
  count: number;
  until: number;
  reason: string;
}

class Pool {
  readonly #parts: PoolParts;
  /** Sessions somebody is about to get, or that are being taken away. */
  readonly #taken = new Set<string>();
  /** Sessions this process makes. */
  readonly #making = new Set<string>();
  readonly #failures = new Map<string, Failure>();
  #timer: NodeJS.Timeout | undefined;
  #isFilling = false;
  #isWanted = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#fill(), LOOK_MS).unref();
    this.#fill();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#isWanted = false;
  }

  async claim(lab: Lab, wanted: Claim): Promise<SessionResource | undefined> {
    if (lab.pool.ready === 0) return undefined;
    const { client, settings, cache, log } = this.#parts;
    const made = await madeOf(lab, client, settings);
    for (const session of this.#of(lab)) {
      const { name } = session.metadata;
      if (this.#taken.has(name) || !isFree(session) || wasMadeOf(session) !== made) continue;
      this.#taken.add(name);
      try {
        const claimed = await claimSession(client, session, wanted);
        if (claimed === undefined) continue;
        cache.put(claimed);
        return await this.#complete(claimed);
      } catch (error) {
        log.warn({ err: error, session: name }, "a session that was ready could not be handed out");
      } finally {
        this.#taken.delete(name);
        this.#fill();
      }
    }
    return undefined;
  }

  async complete(session: SessionResource): Promise<void> {
    // Whoever hands it out here does this just now: twice at once would fail, and end it.
    if (this.#taken.has(session.metadata.name)) return;
    await this.#complete(session).catch((error: unknown) =>
      this.#parts.log.warn({ err: error, session: session.metadata.name }, "a session was given no access"),
    );
  }

  views(): PoolView[] {
    return offeredLabs(this.#parts.labs)
      .filter(({ pool }) => pool.ready > 0)
      .map((lab) => {
        const ready = this.#of(lab).filter(isFree).length;
        const problem = this.#problemOf(lab);
        const view = { lab: lab.name, title: lab.title, wanted: lab.pool.ready, ready };
        return problem === undefined ? view : { ...view, problem };
      });
  }

  /** What is nobody's once it has failed is taken away: it would wait for access for ever. */
  async #complete(claimed: SessionResource): Promise<SessionResource> {
    const { provisioner, cache, client } = this.#parts;
    const { name } = claimed.metadata;
    try {
      const active = await provisioner.complete(claimed);
      cache.putProgress(active);
      setTimeout(() => cache.finishProgress(name), CLAIM_KNOWN_MS).unref();
      return active;
    } catch (error) {
      await endSession(client, claimed);
      throw error;
    }
  }

  /** Sets the pools right once more, now or after what is under way. */
  #fill(): void {
    if (this.#timer === undefined || !this.#parts.leadership.isLeader) return;
    this.#isWanted = true;
    if (!this.#isFilling) void this.#fillWhileWanted();
  }

  async #fillWhileWanted(): Promise<void> {
    this.#isFilling = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#fillOnce().catch((error: unknown) =>
        this.#parts.log.warn({ err: error }, "sessions could not be kept ready; it is tried again"),
      );
    }
    this.#isFilling = false;
  }

  async #fillOnce(): Promise<void> {
    const { labs, lateLabs, refreshLabs, disk, memory, cache } = this.#parts;
    await refreshLabs();
    const isFull = (await disk.state()).isFull || !memory.hasRoom();
    const pooled = cache.all().filter((session) => isPooled(session) && !this.#isGoing(session));
    const homeless = lateLabs().length > 0 ? [] : pooled.filter(({ spec }) => !labs.has(spec.lab));
    await Promise.all(homeless.map((session) => this.#discard(session)));
    for (const lab of offeredLabs(labs)) await this.#fillLab(lab, isFull);
  }

  async #fillLab(lab: Lab, isFull: boolean): Promise<void> {
    const { client, settings } = this.#parts;
    const sessions = this.#of(lab).filter((session) => !this.#isGoing(session));
    const wanted = this.#wanted(lab);
    if (wanted === 0 && sessions.length === 0) return;
    const made = await madeOf(lab, client, settings);
    const isGood = (session: SessionResource) =>
      wasMadeOf(session) === made && (isFree(session) || this.#making.has(session.metadata.name));
    const good = sessions.filter(isGood);
    const surplus = [...sessions.filter((session) => !isGood(session)), ...good.slice(wanted)];
    await Promise.all(surplus.map((session) => this.#discard(session)));
    if (isFull || (this.#failures.get(lab.name)?.until ?? 0) > performance.now()) return;
    for (let count = good.length; count < wanted; count += 1) await this.#begin(lab, made);
  }

  #problemOf(lab: Lab): string | undefined {
    const missing = missingNeed(lab, this.#parts.abilities);
    if (missing !== undefined) return `None is made: ${missing}`;
    const failure = this.#failures.get(lab.name);
    return failure && `No more could be made: ${failure.reason}. It is tried again.`;
  }

  /** A lab that cannot be done here is started by nobody. */
  #wanted(lab: Lab): number {
    return missingNeed(lab, this.#parts.abilities) === undefined ? lab.pool.ready : 0;
  }

  async #begin(lab: Lab, made: string): Promise<void> {
    const { client, settings, cache } = this.#parts;
    const wanted = { startedBy: "pool", madeOf: made, server: settings.server } as const;
    const session = await createSession(client, lab, wanted);
    this.#making.add(session.metadata.name);
    cache.put(session);
    void this.#make(session, lab);
  }

  async #make(session: SessionResource, lab: Lab): Promise<void> {
    const { provisioner, provisioning, cache, client, log } = this.#parts;
    const { name } = session.metadata;
    const onProgress = (progress: SessionResource) => cache.putProgress(progress);
    try {
      await provisioning.run(
        name,
        (onWait) => provisioner.provision(session, lab, { onProgress, onWait, isPooled: true }),
        {
          isBackground: true,
        },
      );
      this.#failures.delete(lab.name);
    } catch (error) {
      const count = (this.#failures.get(lab.name)?.count ?? 0) + 1;
      const until = performance.now() + Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (count - 1));
      const reason = error instanceof Error ? error.message : String(error);
      this.#failures.set(lab.name, { count, until, reason });
      log.warn({ err: error, session: name, lab: lab.name }, "a session could not be made ready");
      await endSession(client, session).catch((ending: unknown) => log.warn({ err: ending }, "it stays"));
    } finally {
      this.#making.delete(name);
      cache.finishProgress(name);
    }
  }

  async #discard(session: SessionResource): Promise<void> {
    const { name } = session.metadata;
    if (this.#taken.has(name)) return;
    this.#taken.add(name);
    try {
      this.#parts.provisioning.leave(name, new Error("the lab has changed meanwhile"));
      await discardSession(this.#parts.client, session);
    } finally {
      this.#taken.delete(name);
    }
  }

  #of(lab: Lab): SessionResource[] {
    return this.#parts.cache.all().filter((session) => isPooled(session) && session.spec.lab === lab.name);
  }

  #isGoing(session: SessionResource): boolean {
    return this.#taken.has(session.metadata.name) || isOver(phaseOf(session, sessionClock.now()));
  }
}
