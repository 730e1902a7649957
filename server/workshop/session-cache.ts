import type { SessionPhase } from "../../workshop/common/api.js";
import { isOver, isPooled } from "../../workshop/common/session.js";
import type { SessionResource } from "../../workshop/common/session.js";

/** The sessions of the cluster as this process knows them, fed by a watch and by what it does itself. */
export interface SessionCache {
  get(name: string): SessionResource | undefined;
  all(): SessionResource[];
  /** How many there are of each phase, as the cluster has it; those that are nobody's yet are `Ready`, also while they are made. */
  phases(): ReadonlyMap<SessionPhase, number>;
  /** How many are somebody's and not over. */
  live(): number;
  /** Takes the session in, unless it is known as it has become since. */
  put(session: SessionResource): void;
  /** What this process reports of a session it is making; it knows more than the cluster until it is done. */
  putProgress(session: SessionResource): void;
  finishProgress(name: string): void;
  /** Whether this process is making the session. */
  isMaking(name: string): boolean;
  remove(name: string): void;
  /** Tells that something about the session has changed that is not in it. */
  touch(name: string): void;
  /** Told the name of every session that changes or goes. */
  onChange(listener: (name: string) => void): () => void;
}

export function createSessionCache(): SessionCache {
  const sessions = new Map<string, SessionResource>();
  const making = new Map<string, SessionResource["status"]>();
  const listeners = new Set<(name: string) => void>();
  const phases = new Map<SessionPhase, number>();
  const count = (session: SessionResource | undefined, by: number) => {
    if (session === undefined) return;
    const phase = phaseInCount(session);
    phases.set(phase, (phases.get(phase) ?? 0) + by);
  };
  const tell = (name: string) => {
    for (const listener of listeners) listener(name);
  };
  const put = (session: SessionResource) => {
    const { name, uid } = session.metadata;
    const known = sessions.get(name);
    // The watch may be behind what was asked for or changed here.
    if (known !== undefined && isOlder(session, known)) return;
    // Whoever has got it keeps it: this was on its way before.
    if (isPooled(session) && known?.metadata.uid === uid && known !== undefined && !isPooled(known)) return;
    const progress = making.get(name);
    const status = progress === undefined ? session.status : { ...session.status, ...progress };
    const current = status === undefined ? session : { ...session, status };
    count(known, -1);
    count(current, 1);
    sessions.set(name, current);
    tell(name);
  };
  return {
    get: (name) => sessions.get(name),
    all: () => [...sessions.values()],
    phases: () => phases,
    live: () =>
      [...phases].reduce((live, [phase, size]) => live + (isOver(phase) || phase === "Ready" ? 0 : size), 0),
    put,
    putProgress: (session) => {
      making.set(session.metadata.name, session.status);
      put(sessions.get(session.metadata.name) ?? session);
    },
    touch: tell,
    finishProgress: (name) => void making.delete(name),
    isMaking: (name) => making.has(name),
    remove: (name) => {
      making.delete(name);
      count(sessions.get(name), -1);
      if (sessions.delete(name)) tell(name);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** One that is handed out just now is somebody's, and soon active. */
function phaseInCount(session: SessionResource): SessionPhase {
  if (session.metadata.deletionTimestamp) return "Ending";
  const phase = session.status?.phase ?? "Pending";
  if (isPooled(session)) return isOver(phase) ? phase : "Ready";
  return phase === "Ready" ? "Pending" : phase;
}

/**
 * Whether the one is an earlier version of the same object. Versions are compared as the decimal numbers that they are in every API
 * server of today (KEP-5504); any other is taken for newer.
 */
function isOlder({ metadata }: SessionResource, known: SessionResource): boolean {
  const [version = "", other = ""] = [metadata.resourceVersion, known.metadata.resourceVersion];
  if (metadata.uid !== known.metadata.uid || !DECIMAL.test(version) || !DECIMAL.test(other)) return false;
  return BigInt(version) < BigInt(other);
}

const DECIMAL = /^\d{1,20}$/;
