import { useEffect, useRef, type RefObject } from "react";

/**
 * Gives the focus to the first control in an element whose content was exchanged, and the focused one with it: else the keyboard would begin
 * at the top of the page again. A focus that is somewhere stays; `content` tells one content from another.
 */
export function useFocusOnChange<T extends HTMLElement>(content: string): RefObject<T | null> {
  const element = useRef<T>(null);
  const shown = useRef(content);
  useEffect(() => {
    if (shown.current === content) return;
    shown.current = content;
    if (document.activeElement !== document.body) return;
    element.current
      ?.querySelector<HTMLElement>("select, input:not([type=hidden]), button, a[href]")
      ?.focus({ preventScroll: true });
  }, [content]);
  return element;
}
