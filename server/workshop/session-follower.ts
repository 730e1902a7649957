import type { SessionEvent } from "../../workshop/common/api.js";

/** Who listens to which session. */
export interface SessionFollowers {
  follow(session: string, listener: (event: SessionEvent) => void): () => void;
  tell(session: string, event: SessionEvent): void;
  followAll(listener: () => void): () => void;
  tellAll(): void;
}

export function createSessionFollowers(): SessionFollowers {
  const bySession = new Map<string, Set<(event: SessionEvent) => void>>();
  const everybody = new Set<() => void>();
  const tellAll = () => {
    for (const listener of everybody) listener();
  };
  return {
    follow: (session, listener) => {
      const listeners = bySession.get(session) ?? new Set();
      bySession.set(session, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && bySession.get(session) === listeners) bySession.delete(session);
      };
    },
    tell: (session, event) => {
      for (const listener of bySession.get(session) ?? []) listener(event);
      tellAll();
    },
    followAll: (listener) => {
      everybody.add(listener);
      return () => void everybody.delete(listener);
    },
    tellAll,
  };
}
