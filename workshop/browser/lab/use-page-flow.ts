import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ActionView, PageView } from "../../common/page-view.js";
import { isOpening } from "./blocks/action-names.js";
import { useLab } from "./lab-context.js";
import { type FlowParts, PageFlow } from "./page-flow.js";

/** Which sections of a page are unfolded. */
export interface Folds {
  isOpen: (section: ActionView) => boolean;
  /** The other way round where nothing is said. */
  fold: (section: ActionView, isOpen?: boolean) => void;
}

export const FoldsContext = createContext<Folds | undefined>(undefined);

export function useFolds(): Folds {
  const folds = useContext(FoldsContext);
  if (!folds) throw new Error("useFolds was called outside a FoldsContext; render the section in a page.");
  return folds;
}

/** A page on the screen. */
export interface ShownPage {
  page: PageView;
  /** Where each block stands, by its step; empty while the text is not there yet. */
  elements: ReadonlyMap<string, Element>;
  /** The block that a cascade of a step goes on to. */
  next: ReadonlyMap<string, ActionView>;
}

/** Runs what the page wants run without a click, while a learner reads it; its sections fold by what is returned. */
export function usePageFlow({ page, elements, next }: ShownPage): Folds {
  const { store, open, run, begun, isReadOnly } = useLab();
  const folds = useOwnFolds();
  const [flow] = useState(() => new PageFlow(store));
  useEffect(() => {
    if (isReadOnly) return;
    const close = flow.open();
    const leave = begun.listen((action) => flow.begun(action));
    return () => {
      leave();
      close();
    };
  }, [flow, begun, isReadOnly]);
  const parts = useMemo(
    (): FlowParts => ({
      page: page.name,
      actions: page.actions,
      next,
      isFolded: ({ step }) => elements.get(step)?.closest(".section-body[hidden]") != null,
      perform: (action) => (isOpening(action) ? open(action) : run(page.name, action)),
      // Another one once a section is unfolded: what stands in it may start then.
      fold: folds.fold,
    }),
    [page, elements, next, open, run, folds],
  );
  useEffect(() => {
    if (!isReadOnly && elements.size > 0) flow.show(parts);
  }, [flow, parts, elements, isReadOnly]);
  return folds;
}

function useOwnFolds(): Folds {
  const [said, setSaid] = useState<ReadonlyMap<string, boolean>>(new Map());
  const fold = useCallback(
    (section: ActionView, isOpen?: boolean) =>
      setSaid((before) => new Map(before).set(section.step, isOpen ?? !isOpenIn(before, section))),
    [],
  );
  return useMemo(() => ({ isOpen: (section) => isOpenIn(said, section), fold }), [said, fold]);
}

function isOpenIn(said: ReadonlyMap<string, boolean>, { step, section }: ActionView): boolean {
  return said.get(step) ?? section?.open ?? false;
}
