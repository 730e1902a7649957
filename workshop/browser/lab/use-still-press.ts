import { useEffect, type RefObject } from "react";

/** What is pressed rather than read. */
const PRESSED = "button, a, summary, input, select, label, [role='button'], [role='tab'], [role='radio']";

/**
 * Keeps what is pressed where it is until it is let go of. Diagrams, pictures and results above it take their place when they are there,
 * and would move it away from under the pointer: the press would begin on one thing, end on another, and be nobody's.
 */
export function useStillPress(pane: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = pane.current;
    if (!element) return undefined;
    let letGo: (() => void) | undefined;
    const end = (): void => {
      letGo?.();
      letGo = undefined;
    };
    const hold = (event: PointerEvent): void => {
      end();
      const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>(PRESSED) : null;
      if (pressed && event.isPrimary) letGo = holdStill(element, pressed);
    };
    // The click comes behind the release, and belongs to what is under the pointer then.
    const release = (): void => {
      if (letGo) setTimeout(letGo);
      letGo = undefined;
    };
    // A release that was told to somebody else, as to a dialog of the browser, is known by what comes after it.
    const comeBack = (event: PointerEvent): void => {
      if (event.isPrimary && event.buttons === 0) release();
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    element.addEventListener("pointerdown", hold, { capture: true, signal });
    element.addEventListener("wheel", end, { passive: true, signal });
    for (const kind of ["pointerup", "pointercancel", "blur"] as const)
      window.addEventListener(kind, release, { capture: true, signal });
    window.addEventListener("pointermove", comeBack, { capture: true, passive: true, signal });
    return () => {
      end();
      listeners.abort();
    };
  }, [pane]);
}

/** Looks before each frame where it is, and takes it back by scrolling, or by moving what it is in where there is nothing to scroll. */
function holdStill(pane: HTMLElement, pressed: HTMLElement): () => void {
  const within = [...pane.children].find((child) => child.contains(pressed));
  const top = pressed.getBoundingClientRect().top;
  const moved = (): number => Math.round(pressed.getBoundingClientRect().top - top);
  let shift = 0;
  const look = (): void => {
    frame = requestAnimationFrame(look);
    if (!pressed.isConnected || moved() === 0) return;
    pane.scrollTop += moved();
    if (moved() === 0 || !(within instanceof HTMLElement)) return;
    shift -= moved();
    within.style.transform = `translateY(${String(shift)}px)`;
  };
  let frame = requestAnimationFrame(look);
  return () => {
    cancelAnimationFrame(frame);
    if (within instanceof HTMLElement) within.style.removeProperty("transform");
  };
}
