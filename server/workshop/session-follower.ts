import type { SessionEvent } from "../../workshop/common/api.js";

/** Who listens to which session. */
export interface SessionFollowers {
  follow(session: string, listener: (event: SessionEvent) => void): () => void;
  /** Whether anybody follows the session; nothing need be worked out for nobody. */
  hasAny(session: string): boolean;
  tell(session: string, event: SessionEvent): void;
}

export function createSessionFollowers(): SessionFollowers {
  const bySession = new Map<string, Set<(event: SessionEvent) => void>>();
  return {
    follow: (session, listener) => {
      const listeners = bySession.get(session) ?? new Set();
      bySession.set(session, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && bySession.get(session) === listeners) bySession.delete(session);
      };
    },
    hasAny: (session) => bySession.has(session),
    tell: (session, event) => {
      for (const listener of bySession.get(session) ?? []) listener(event);
    },
  };
}
