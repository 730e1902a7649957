import type { SessionResource } from "../../workshop/common/session.js";

/** The sessions of the cluster as this process knows them, fed by a watch and by what it does itself. */
export interface SessionCache {
  get(name: string): SessionResource | undefined;
  all(): SessionResource[];
  put(session: SessionResource): void;
  /** What this process reports of a session it is making; it knows more than the cluster until it is done. */
  putProgress(session: SessionResource): void;
  finishProgress(name: string): void;
  remove(name: string): void;
  /** Told the name of every session that changes or goes. */
  onChange(listener: (name: string) => void): () => void;
}

/** Listeners at once: one for each open page and table, and a few of ours. */
const LISTENER_LIMIT = 20_000;

export function createSessionCache(): SessionCache {
  const sessions = new Map<string, SessionResource>();
  const making = new Map<string, SessionResource["status"]>();
  const listeners = new Set<(name: string) => void>();
  const tell = (name: string) => {
    for (const listener of listeners) listener(name);
  };
  const put = (session: SessionResource) => {
    const { name } = session.metadata;
    const status = making.get(name) ?? session.status;
    sessions.set(name, status === undefined ? session : { ...session, status });
    tell(name);
  };
  return {
    get: (name) => sessions.get(name),
    all: () => [...sessions.values()],
    put,
    putProgress: (session) => {
      making.set(session.metadata.name, session.status);
      put(sessions.get(session.metadata.name) ?? session);
    },
    finishProgress: (name) => void making.delete(name),
    remove: (name) => {
      making.delete(name);
      if (sessions.delete(name)) tell(name);
    },
    onChange: (listener) => {
      if (listeners.size < LISTENER_LIMIT) listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
