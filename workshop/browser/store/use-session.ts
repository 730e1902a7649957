import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { SessionStore, type SessionState } from "./session-store.js";

export const SessionContext = createContext<SessionStore | undefined>(undefined);

/** A store for the session, following its events for as long as the component is shown. */
export function useSessionStore(id: string): SessionStore {
  const store = useMemo(() => new SessionStore(id), [id]);
  useEffect(() => store.start(), [store]);
  return store;
}

/** The store of the session around this component. */
export function useStore(): SessionStore {
  const store = useContext(SessionContext);
  if (!store)
    throw new Error("useStore was called outside a SessionContext; render the component inside a lab.");
  return store;
}

/** One value of the session's state; `select` must return what it finds, not build anew. */
export function useSession<T>(store: SessionStore, select: (state: SessionState) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.snapshot()));
}
