import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useSession } from "../../store/use-session.js";
import { useLab } from "../lab-context.js";
import { LiveObjects, type ObjectsState } from "./live-objects.js";

/** The objects of the session's namespace, kept up to date while they are in sight; and when its last step began, in epoch milliseconds. */
export function useObjects(isShown: boolean): { state: ObjectsState; since: number | undefined } {
  const { session, store, isOver } = useLab();
  const objects = useMemo(() => new LiveObjects(session.id), [session.id]);
  const isLooking = useIsPageVisible() && isShown && !isOver;
  const results = useSession(store, (known) => known.results);
  const since = useMemo(() => {
    const begun = [...results.values()].flatMap(({ startedAt }) => startedAt ?? []).map(Date.parse);
    return begun.length === 0 ? undefined : Math.max(...begun);
  }, [results]);
  // Nobody watches the cluster for a page that nobody looks at.
  useEffect(() => (isLooking ? objects.connect() : undefined), [objects, isLooking]);
  useEffect(() => objects.stepBegan(since), [objects, since]);
  return { state: useSyncExternalStore(objects.subscribe, objects.snapshot), since };
}

function useIsPageVisible(): boolean {
  const [isVisible, setIsVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = (): void => setIsVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isVisible;
}
