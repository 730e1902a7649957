import type { Lab } from "../../workshop/common/lab.js";
import { labKeyOf } from "../../workshop/common/session.js";
import type { LabRepository } from "../lab-repository.js";
import type { WorkshopParts } from "./create-workshop.js";

/** An author sees what was saved within 200 ms: this, reading the lab, and the way to the page. */
const LOOK_MS = 100;

/**
 * Has open pages follow the files of their lab, for an author who writes; learners' pages ask when they are turned. Returns what ends it.
 */
export function showSavedPages(
  { labs, refresh }: Pick<LabRepository, "labs" | "refresh">,
  { cache, followers }: Pick<WorkshopParts, "cache" | "followers">,
): () => void {
  let shown: ReadonlyMap<string, Lab> = new Map(labs);
  let isLooking = false;
  const look = async (): Promise<void> => {
    await refresh(LOOK_MS);
    const before = shown;
    shown = new Map(labs);
    for (const { metadata, spec } of cache.all()) {
      const key = labKeyOf(spec);
      if (before.get(key) !== shown.get(key) && followers.hasAny(metadata.name)) cache.touch(metadata.name);
    }
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => (isLooking = false));
  }, LOOK_MS);
  return () => clearInterval(timer);
}
