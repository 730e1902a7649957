import { useEffect, useMemo, useSyncExternalStore } from "react";
import { SessionStore, type SessionState } from "./session-store.js";

/** A store for the session, following its events for as long as the component is shown. */
export function useSessionStore(id: string): SessionStore {
  const store = useMemo(() => new SessionStore(id), [id]);
  useEffect(() => store.start(), [store]);
  return store;
}

/** One value of the session's state; `select` must return what it finds, not build anew. */
export function useSession<T>(store: SessionStore, select: (state: SessionState) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.snapshot()));
}
