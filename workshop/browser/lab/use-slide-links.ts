import { useEffect, type RefObject } from "react";
import { useLab } from "./lab-context.js";

/** Links of the text to the lab's slides show them beside it; with the keys that open a new tab, browsers do that. */
export function useSlideLinks(text: RefObject<HTMLElement | null>): void {
  const lab = useLab();
  const { slides } = lab.session;
  useEffect(() => {
    const root = text.current;
    if (slides === undefined || !root) return;
    const followed = (event: MouseEvent): void => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const href = link?.getAttribute("href") ?? "";
      // A block says itself what it opens.
      if (!href.startsWith(slides) || link?.closest("[data-step]")) return;
      event.preventDefault();
      lab.showSlides(href.slice(slides.length));
    };
    root.addEventListener("click", followed);
    return () => root.removeEventListener("click", followed);
  }, [text, lab, slides]);
}
