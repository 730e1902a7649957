import type { Logger } from "pino";
import { keeperOf } from "./session-keeper.js";
import type { Postgres } from "./postgres.js";
import { noteVersions } from "./server-versions.js";

/** How often each server says that it lives. */
const BEAT_MS = 500;
/** A server that said nothing for so long is dead, or cannot reach the database, which comes to the same. */
const SILENT_MS = 3_000;

/** The servers that share a database. */
export interface LivingServers {
  /** This process. */
  id: string;
  /** Those that live, this one with them. */
  living(): ReadonlySet<string>;
  /** Whether of those that live this one looks after the session; every session is looked after by one of them. */
  looksAfter(session: string): boolean;
  /** Told after every look at the others, whether they have changed or not. */
  onLook(listener: (hasChanged: boolean) => void): () => void;
  /** Lets the others take over at once. */
  close(): Promise<void>;
}

export interface ServerIdentity {
  id: string;
  /** Of its data directory, which only one process has at a time. */
  name: string;
  /** Of Lectern. */
  version: string;
}

interface Seen {
  beat: string;
  /** On this process's own clock: those of other machines may be set otherwise. */
  at: number;
}

/**
 * Says from now on that this server lives, and looks which others do. Whoever had the data directory of its name before is dead.
 */
export async function joinServers(
  database: Postgres,
  { id, name, version, log }: ServerIdentity & { log: Pick<Logger, "info" | "warn"> },
): Promise<LivingServers> {
  const listeners = new Set<(hasChanged: boolean) => void>();
  const seen = new Map<string, Seen>();
  let living: ReadonlySet<string> = new Set([id]);
  let lastLook = performance.now();
  await database.query("DELETE FROM servers WHERE name = $1", [name]);
  const note = noteVersions(version, log);
  const look = async () => {
    const rows = await database.query<Row>(BEAT, [id, name, version]);
    const now = performance.now();
    // While this one could not look, nothing is known of the others.
    if (now - lastLook > SILENT_MS / 2) for (const entry of seen.values()) entry.at = now;
    lastLook = now;
    living = new Set([
      id,
      ...rows.filter((row) => row.id !== id && isAlive(seen, row, now)).map((row) => row.id),
    ]);
    note(rows.filter((row) => row.id !== id && living.has(row.id)).map((row) => row.version));
    for (const known of seen.keys()) if (!rows.some((row) => row.id === known)) seen.delete(known);
    const dead = rows.filter((row) => !living.has(row.id));
    // Only as it was seen: one that says something meanwhile stays.
    for (const row of dead)
      await database.query("DELETE FROM servers WHERE id = $1 AND beat = $2", [row.id, row.beat]);
  };
  await look();
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  const round = async () => {
    const before = [...living].toSorted().join();
    try {
      await look();
      const hasChanged = [...living].toSorted().join() !== before;
      for (const listener of listeners) listener(hasChanged);
    } catch (error) {
      log.warn({ err: error }, "the other servers cannot be seen in the database; trying again");
    }
    if (!isClosed) schedule();
  };
  const schedule = () => {
    timer = setTimeout(() => (looking = round()), BEAT_MS).unref();
  };
  schedule();
  return {
    id,
    living: () => living,
    looksAfter: (session) => keeperOf(session, living) === id,
    onLook: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await looking;
      await database.query("DELETE FROM servers WHERE id = $1", [id]).catch(() => undefined);
    },
  };
}

interface Row {
  id: string;
  beat: string;
  /** Nothing where it is from before versions were written down. */
  version: string | null;
}

/** The other servers as before this statement, which is all that matters of them. */
const BEAT = `
  WITH mine AS (
    INSERT INTO servers (id, name, beat, version) VALUES ($1, $2, 1, $3) ON CONFLICT (id) DO UPDATE SET beat = servers.beat + 1
  )
  SELECT id, beat, version FROM servers`;

function isAlive(seen: Map<string, Seen>, { id, beat }: { id: string; beat: string }, now: number): boolean {
  const before = seen.get(id);
  if (before?.beat === beat) return now - before.at <= SILENT_MS;
  seen.set(id, { beat, at: now });
  return true;
}
