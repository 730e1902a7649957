import type { Logger } from "pino";
import type { KeptRecordingFiles, KeptSession } from "../../terminal/node/kept-recording-files.js";
import { type EventResource, uidOf } from "../../workshop/common/event.js";
import type { KeptRecordingsOf } from "../../workshop/common/kept-recordings-api.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";

const SWEEP_MS = 60_000;

type Wanted = Parameters<KeptRecordingFiles["list"]>[0];
const anyOne: Wanted = () => true;

export interface KeptRecordingParts {
  files: KeptRecordingFiles;
  people: Pick<PeopleStore, "sessions" | "removedSessions" | "people" | "ofVisitor">;
  events: () => Promise<EventResource[]>;
  log: Pick<Logger, "warn">;
}

/** The recordings of sessions that have ended, by whose they are. */
export interface KeptRecordingDesk {
  /** All there are, with the event and the person where the session was of one. */
  all(): Promise<KeptRecordingsOf[]>;
  /** Those of that id; nothing where there are none. */
  find(id: string): Promise<KeptRecordingsOf | undefined>;
  /** Those of whoever has come to the event by that browser. */
  ofVisitor(event: EventResource, visitor: string): Promise<KeptRecordingsOf[]>;
  /** Throws TERMINAL_RECORDING_UNKNOWN. */
  read(id: string, name: string): AsyncIterable<Uint8Array>;
  remove(id: string): Promise<void>;
  /** Lets go of what looks for recordings of people who were removed. */
  close(): void;
}

/**
 * Joins the files to the people whose they are. A session may end after its person was removed, so that its recordings are kept only then:
 * they are shown to nobody, and removed within a minute.
 */
export function createKeptRecordings(parts: KeptRecordingParts): KeptRecordingDesk {
  const { files, people, log } = parts;
  const sweep = () =>
    void ofNobodyRemoved(parts, anyOne).catch((error: unknown) =>
      log.warn({ err: error }, "recordings of removed people could not be removed; it is tried again"),
    );
  const timer = setInterval(sweep, SWEEP_MS).unref();
  sweep();
  return {
    all: () => withOwners(parts, anyOne),
    find: async (wanted) => (await withOwners(parts, ({ id }) => id === wanted))[0],
    ofVisitor: async (event, visitor) => {
      const you = await people.ofVisitor(uidOf(event), visitor);
      if (you === undefined) return [];
      const own = (await people.sessions()).filter(({ person }) => person === you.id);
      const sessions = new Set(own.map(({ session }) => session));
      // Learners ask: what there is of others is not looked at for them.
      const theirs = await withOwners(parts, ({ session }) => sessions.has(session));
      return theirs.filter(({ person }) => person?.id === you.id);
    },
    read: (id, name) => files.read(id, name),
    remove: (id) => files.remove(id),
    close: () => clearInterval(timer),
  };
}

/** Without those of people who were removed, which go. */
async function ofNobodyRemoved(
  { files, people }: KeptRecordingParts,
  isWanted: Wanted,
): Promise<KeptSession[]> {
  const kept = await files.list(isWanted);
  if (kept.length === 0) return [];
  const removed = new Set(await people.removedSessions());
  for (const { id, session } of kept) if (removed.has(session)) await files.remove(id);
  return kept.filter(({ session }) => !removed.has(session));
}

async function withOwners(parts: KeptRecordingParts, isWanted: Wanted): Promise<KeptRecordingsOf[]> {
  const kept = await ofNobodyRemoved(parts, isWanted);
  if (kept.length === 0) return [];
  const owners = new Map((await parts.people.sessions()).map((owned) => [owned.session, owned]));
  const events = new Map((await parts.events()).map((event) => [uidOf(event), event.metadata.name]));
  const uids = new Set(kept.flatMap(({ session }) => owners.get(session)?.event ?? []));
  const people = await Promise.all([...uids].map((uid) => parts.people.people(uid)));
  const names = new Map(people.flat().map(({ id, name }) => [id, name]));
  return kept.map((one) => {
    const owner = owners.get(one.session);
    const event = owner && events.get(owner.event);
    const name = owner && names.get(owner.person);
    return {
      ...one,
      ...(event !== undefined && { event }),
      ...(owner !== undefined && name !== undefined && { person: { id: owner.person, name } }),
    };
  });
}
