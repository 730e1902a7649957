import { useEffect, type RefObject } from "react";
import { bringIntoSight } from "./bring-into-sight.js";

/** Blocks and pictures take their time to reach their height; after this the reader has begun elsewhere. */
const SETTLE_MS = 3000;

/** Brings the step that an address names into sight, marked, and gives it the focus; the reader's own scrolling ends that. */
export function useShownStep(
  pane: RefObject<HTMLElement | null>,
  page: string | undefined,
  step: string | undefined,
): void {
  useEffect(() => {
    const element = pane.current;
    const content = element?.firstElementChild;
    if (!element || !content || page === undefined || step === undefined) return undefined;
    const reader = new AbortController();
    const deadline = setTimeout(() => reader.abort(), SETTLE_MS);
    let shown: HTMLElement | null = null;
    const show = (): void => {
      const block = element.querySelector<HTMLElement>(`[data-step="${CSS.escape(step)}"]`);
      if (!block) return;
      bringIntoSight(block, { block: "center" });
      if (shown !== block) mark(block);
      shown = block;
    };
    // After the place that the page was left at.
    const observer = new ResizeObserver(show);
    observer.observe(content);
    for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"])
      element.addEventListener(kind, () => reader.abort(), { passive: true, signal: reader.signal });
    reader.signal.addEventListener("abort", () => {
      clearTimeout(deadline);
      observer.disconnect();
    });
    return () => {
      reader.abort();
      shown?.removeAttribute("data-shown");
    };
  }, [pane, page, step]);
}

function mark(block: HTMLElement): void {
  block.dataset["shown"] = "";
  block.tabIndex = -1;
  block.focus({ preventScroll: true });
}
