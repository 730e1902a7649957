import { setTimeout as sleep } from "node:timers/promises";
import { type KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import type { Lab } from "../../common/lab.js";
import { type SessionResource, labKeyOf } from "../../common/session.js";
import { SESSIONS_PATH } from "../session-crd.js";
import { configMapOrigin } from "./config-map-origin.js";
import { gitOrigin } from "./git-origin.js";
import { imageOrigin } from "./image-origin.js";
import type { LabOrigin } from "./lab-origin.js";
import { LabRevisions } from "./lab-revisions.js";
import { WORKSHOPS_PATH, type WorkshopResource, type WorkshopStatus } from "./workshop-resource.js";

/** Of the cluster's Workshops and ConfigMaps. */
const EVERY_MS = 3_000;
/** What is on the disk already is there at once; the rest is not waited for. */
const FIRST_MS = 20_000;
/** A source that is slow must not keep the others from being shown. */
const PATIENCE_MS = 2_000;
/** Whoever asks for what is not here has the cluster looked at no more often. */
const BETWEEN_LOOKS_MS = 500;
/** A lab that takes longer to be fetched is not waited for. */
const FETCHED_MS = 15_000;
/** A revision that could not be had is tried again after this, and after twice as long each further time. */
const FIRST_BACK_OFF_MS = 15_000;
const LONGEST_BACK_OFF_MS = 10 * 60_000;

export interface FollowOptions {
  client: KubernetesClient;
  /** Where revisions are kept. */
  folder: string;
  load: (path: string) => Promise<Lab>;
  /** What git is started with, and where certificates of authorities are. */
  environment: Readonly<Record<string, string>>;
  /** Told of all labs of Workshops whenever they were looked at: by name what new sessions get, by `labKeyOf` what sessions have. */
  onLabs: (labs: ReadonlyMap<string, Lab>) => void;
  log: { warn(context: object, message: string): void };
  everyMs?: number;
}

export interface FollowedWorkshops {
  /** Looks now for a lab that another server may have already, and waits up to 15 s while it is fetched; never rejects. */
  lookFor: (lab: string) => Promise<void>;
  /** Looks in the same way where another server gives new sessions of the lab another revision by now; never rejects. */
  catchUp: (lab: string) => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Keeps up with the cluster's Workshop objects: fetches their newest revisions, keeps those that sessions have, and writes down in each
 * object what its sessions get. Resolves when they were looked at once, or after 20 s; never rejects.
 */
export async function followWorkshops(options: FollowOptions): Promise<FollowedWorkshops> {
  const abort = new AbortController();
  const follower = new WorkshopFollower(options, abort.signal);
  const first = follower.look();
  const running = first.then(async () => {
    while (!abort.signal.aborted) {
      await sleep(options.everyMs ?? EVERY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
      if (!abort.signal.aborted) await follower.look();
    }
    return undefined;
  });
  await Promise.race([first, sleep(FIRST_MS, undefined, { signal: abort.signal, ref: false })]);
  return {
    lookFor: (lab) => follower.lookFor(lab),
    catchUp: (lab) => follower.catchUp(lab),
    close: async () => {
      abort.abort();
      await running;
      await follower.rest();
    },
  };
}

class WorkshopFollower {
  readonly #options: FollowOptions;
  readonly #signal: AbortSignal;
  readonly #revisions: LabRevisions;
  /** Read from the disk, by their folder; a revision never changes. */
  readonly #loaded = new Map<string, Lab>();
  /** The revision new sessions of each Workshop got when it was last looked at. */
  readonly #before = new Map<string, string>();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #asked = new Map<string, { source: string; revision: string; until: number }>();
  readonly #failed = new Map<string, { error: unknown; backOffMs: number; until: number }>();
  /** What new sessions of each Workshop get. */
  readonly #current = new Map<string, Lab>();

  #looking = Promise.resolve();
  #next: Promise<void> | undefined;
  #lookedAt = 0;

  constructor(options: FollowOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#revisions = new LabRevisions(options.folder);
  }

  /** One look after the other; whoever asks while one is under way, which may have begun too early, has the next. */
  look(): Promise<void> {
    this.#next ??= Promise.all([
      this.#looking,
      sleep(this.#lookedAt + BETWEEN_LOOKS_MS - performance.now()),
    ]).then(() => {
      this.#next = undefined;
      this.#lookedAt = performance.now();
      this.#looking = this.#lookOnce();
      return this.#looking;
    });
    return this.#next;
  }

  async lookFor(lab: string): Promise<void> {
    await this.look();
    const fetching = this.#underWay.get(lab);
    if (fetching === undefined) return;
    await Promise.race([fetching, sleep(FETCHED_MS, undefined, { ref: false })]);
    await this.look();
  }

  async catchUp(lab: string): Promise<void> {
    const revision = this.#current.get(lab)?.revision;
    if (revision === undefined) return;
    const told = await this.#options.client
      .get<WorkshopResource>(`${WORKSHOPS_PATH}/${lab}`, this.#signal)
      .catch(() => undefined);
    if (told?.status?.revision && told.status.revision !== revision) await this.lookFor(lab);
  }

  async #lookOnce(): Promise<void> {
    const { client, onLabs, log } = this.#options;
    try {
      const [workshops, sessions] = await Promise.all([
        client.get<{ items: WorkshopResource[] }>(WORKSHOPS_PATH, this.#signal),
        client.get<{ items: SessionResource[] }>(SESSIONS_PATH, this.#signal),
      ]);
      const following = workshops.items.map((workshop) => this.#followOnce(workshop, sessions.items));
      await Promise.race([Promise.all(following), sleep(PATIENCE_MS, undefined, { ref: false })]);
      onLabs(await this.#labs(workshops.items, sessions.items));
    } catch (error) {
      if (!this.#signal.aborted) log.warn({ err: error }, "the workshops could not be looked at");
    }
  }

  /** Resolves when nothing is being looked at or fetched any more. */
  async rest(): Promise<void> {
    await this.#next;
    await this.#looking;
    await Promise.all(this.#underWay.values());
  }

  #followOnce(workshop: WorkshopResource, sessions: readonly SessionResource[]): Promise<void> {
    const { name } = workshop.metadata;
    const running =
      this.#underWay.get(name) ??
      this.#follow(workshop, sessions)
        .catch((error: unknown) => {
          if (!this.#signal.aborted)
            this.#options.log.warn({ err: error, workshop: name }, "the workshop could not be followed");
        })
        .finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, running);
    return running;
  }

  async #follow(workshop: WorkshopResource, sessions: readonly SessionResource[]): Promise<void> {
    const { name } = workshop.metadata;
    const origin = this.#originOf(workshop);
    const message = await this.#fetchNewest(workshop, origin);
    const held = heldRevisions(name, sessions);
    // One that cannot be had again stays missing, and its session says so.
    if (origin) for (const revision of held) await this.#labOf(name, revision, origin).catch(() => undefined);
    const current = this.#current.get(name);
    await this.#keepRevisions(name, [...held, current?.revision ?? ""]);
    const source = origin?.title ?? `folder ${workshop.spec.folder ?? ""}`;
    const ready = current !== undefined && message === "";
    await this.#tell(workshop, { source, message, ...shownOf(current), ready });
  }

  /** Why new sessions do not get what stands there now; empty where they do. */
  async #fetchNewest(workshop: WorkshopResource, origin: LabOrigin | undefined): Promise<string> {
    const { name } = workshop.metadata;
    try {
      const lab = origin
        ? await this.#labOf(name, await this.#newest(workshop, origin), origin)
        : await this.#options.load(workshop.spec.folder ?? "");
      this.#current.set(name, origin ? lab : { ...lab, name });
      return "";
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // Told once: it is tried every few seconds.
      if (!this.#signal.aborted && message !== workshop.status?.message)
        this.#options.log.warn({ workshop: name }, message);
      return message;
    }
  }

  async #keepRevisions(name: string, revisions: readonly string[]): Promise<void> {
    // The one before as well: a session may just be made of it.
    await this.#revisions.keep(name, new Set([...revisions, this.#before.get(name) ?? ""]));
    this.#before.set(name, revisions.at(-1) ?? "");
  }

  async #labs(
    workshops: readonly WorkshopResource[],
    sessions: readonly SessionResource[],
  ): Promise<ReadonlyMap<string, Lab>> {
    const names = new Set(workshops.map(({ metadata }) => metadata.name));
    for (const name of this.#current.keys()) if (!names.has(name)) this.#current.delete(name);
    const labs = new Map(this.#current);
    for (const lab of this.#current.values())
      if (lab.revision) labs.set(labKeyOf({ lab: lab.name, labRevision: lab.revision }), lab);
    // Also of Workshops that are gone: a session keeps what it has.
    for (const { spec } of sessions) {
      const { lab, labRevision } = spec;
      if (labRevision === undefined || labs.has(labKeyOf(spec))) continue;
      const folder = await this.#revisions.find(lab, labRevision);
      const found =
        folder === undefined ? undefined : await this.#load(lab, labRevision, folder).catch(() => undefined);
      if (found) labs.set(labKeyOf(spec), found);
    }
    const shown = new Set(labs.values());
    for (const [folder, lab] of this.#loaded) if (!shown.has(lab)) this.#loaded.delete(folder);
    return labs;
  }

  /** What stands there now, or did when it was asked last, if that was just before and no other server has seen another one. */
  async #newest({ metadata, spec, status }: WorkshopResource, origin: LabOrigin): Promise<string> {
    const asked = this.#asked.get(metadata.name);
    const source = JSON.stringify(spec);
    const told = status?.revision ?? "";
    const isKnown = ["", asked?.revision, this.#current.get(metadata.name)?.revision].includes(told);
    if (asked?.source === source && isKnown && performance.now() < asked.until) return asked.revision;
    const revision = await origin.newest(this.#signal);
    this.#asked.set(metadata.name, { source, revision, until: performance.now() + origin.restMs });
    return revision;
  }

  async #labOf(name: string, revision: string, origin: LabOrigin): Promise<Lab> {
    const key = `${name}@${revision} of ${origin.title}`;
    const failed = this.#failed.get(key);
    if (failed && performance.now() < failed.until) throw failed.error;
    try {
      const write = (folder: string) => origin.write(revision, folder, this.#signal);
      const lab = await this.#load(name, revision, await this.#revisions.folderOf(name, revision, write));
      this.#failed.delete(key);
      return lab;
    } catch (error) {
      const backOffMs = Math.min((failed?.backOffMs ?? FIRST_BACK_OFF_MS / 2) * 2, LONGEST_BACK_OFF_MS);
      for (const [other, { until }] of this.#failed)
        if (until + LONGEST_BACK_OFF_MS < performance.now()) this.#failed.delete(other);
      this.#failed.set(key, { error, backOffMs, until: performance.now() + backOffMs });
      throw error;
    }
  }

  async #load(name: string, revision: string, folder: string): Promise<Lab> {
    const found = this.#loaded.get(folder);
    if (found) return found;
    const lab = { ...(await this.#options.load(folder)), name, revision };
    this.#loaded.set(folder, lab);
    return lab;
  }

  /** None for a folder, which has no revisions. */
  #originOf({ spec }: WorkshopResource): LabOrigin | undefined {
    if (spec.git) return gitOrigin(spec.git, this.#options.environment);
    if (spec.image) return imageOrigin(spec.image, this.#options);
    if (spec.configMap) return configMapOrigin(this.#options.client, spec.configMap);
    return undefined;
  }

  async #tell({ metadata, status }: WorkshopResource, now: WorkshopStatus): Promise<void> {
    const isSame = Object.entries(now).every(
      ([key, value]) => status?.[key as keyof WorkshopStatus] === value,
    );
    if (isSame || this.#signal.aborted) return;
    await this.#options.client
      .merge(`${WORKSHOPS_PATH}/${metadata.name}/status`, { status: now })
      .catch((error: unknown) =>
        this.#options.log.warn(
          { err: error, workshop: metadata.name },
          "its state could not be written down",
        ),
      );
  }
}

function shownOf(lab: Lab | undefined): { title: string; revision: string } {
  return { title: lab?.title ?? "", revision: lab?.revision ?? "" };
}

function heldRevisions(name: string, sessions: readonly SessionResource[]): string[] {
  const held = sessions.filter(({ spec }) => spec.lab === name);
  return [...new Set(held.flatMap(({ spec }) => spec.labRevision ?? []))];
}
