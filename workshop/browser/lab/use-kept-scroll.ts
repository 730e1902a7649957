import { useEffect, type RefObject } from "react";
import { keepScroll, keptScroll } from "../store/navigation.js";

/** Scrolling is written down this often while it goes on. */
const KEEP_EVERY_MS = 150;
/** Blocks and pictures take their time to reach their height; after this the reader has begun elsewhere. */
const SETTLE_MS = 3000;

/** Shows a page from its top, or where it was left when one comes back to it by a reload or by the browser's own buttons. */
export function useKeptScroll(pane: RefObject<HTMLElement | null>, page: string | undefined): void {
  useEffect(() => {
    const element = pane.current;
    if (!element || page === undefined) return undefined;
    const top = keptScroll(page);
    // A new entry of the history begins with what the one before it knew, which is of another page.
    keepScroll(page, top);
    const stopRestoring = restore(element, top);
    let timer: ReturnType<typeof setTimeout> | undefined;
    function keep(): void {
      timer = undefined;
      if (element && page !== undefined) keepScroll(page, element.scrollTop);
    }
    const scrolled = (): void => {
      timer ??= setTimeout(keep, KEEP_EVERY_MS);
    };
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      stopRestoring();
      clearTimeout(timer);
      element.removeEventListener("scroll", scrolled);
    };
  }, [pane, page]);
}

/** Scrolls again whenever the content grows, until the place is reached or the reader scrolls. */
function restore(element: HTMLElement, top: number): () => void {
  element.scrollTo(0, top);
  const content = element.firstElementChild;
  if (top === 0 || !content) return () => undefined;
  const reader = new AbortController();
  const deadline = setTimeout(() => reader.abort(), SETTLE_MS);
  const observer = new ResizeObserver(() => element.scrollTo(0, top));
  observer.observe(content);
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"])
    element.addEventListener(kind, () => reader.abort(), { passive: true, signal: reader.signal });
  reader.signal.addEventListener("abort", () => {
    clearTimeout(deadline);
    observer.disconnect();
  });
  return () => reader.abort();
}
