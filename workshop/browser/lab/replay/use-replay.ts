import { createContext, useEffect, useMemo, useState } from "react";
import type { PageView } from "../../../common/page-view.js";
import { useLab } from "../lab-context.js";
import type { PageReplay } from "./page-replay.js";

/** What an author may replay. */
export interface Replayable {
  replay: PageReplay;
  /** As it is now. */
  page: PageView;
}

/** The page around and its replay; absent for learners. */
export const ReplayContext = createContext<Replayable | undefined>(undefined);

/** A replay for the author who writes the page that is shown; it ends with the page. */
export function useReplay(page: PageView): Replayable | undefined {
  const { session, store, isReadOnly } = useLab();
  const [replay, setReplay] = useState<PageReplay>();
  const isWanted = session.isDraft === true && !isReadOnly;
  useEffect(() => {
    if (!isWanted) return undefined;
    let made: PageReplay | undefined;
    let isGone = false;
    const make = async (): Promise<void> => {
      const { PageReplay } = await import("./page-replay.js");
      if (!isGone) setReplay((made = new PageReplay(store)));
    };
    void make();
    return () => {
      isGone = true;
      made?.close();
      setReplay(undefined);
    };
  }, [isWanted, store]);
  return useMemo(() => replay && { replay, page }, [replay, page]);
}
