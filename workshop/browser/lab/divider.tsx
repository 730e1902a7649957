import { useState, type KeyboardEvent, type PointerEvent, type ReactElement, type RefObject } from "react";
import { usePreference } from "../store/preferences.js";
import { clampShare, DEFAULT_SHARE, shareAfterKey } from "./divider-share.js";
import "./divider.css";

interface DividerState {
  /** Width of the text, per cent. */
  share: number;
  style: React.CSSProperties;
  container: RefObject<HTMLElement | null>;
  move: (share: number) => void;
}

/** The remembered width of the text, and the style that applies it. */
export function useDivider(container: RefObject<HTMLElement | null>): DividerState {
  const [remembered, remember] = usePreference("reading-share");
  const share = clampShare(remembered === undefined ? DEFAULT_SHARE : Number(remembered));
  return {
    share,
    container,
    style: { "--reading-share": `${share}%` } as React.CSSProperties,
    move: (next) => remember(String(clampShare(next))),
  };
}

/** The line between text and terminals: drag it, or use the arrow keys; a double click puts it back. */
export function Divider({ divider }: { divider: DividerState }): ReactElement {
  const [isDragging, setIsDragging] = useState(false);
  function drag(event: PointerEvent<HTMLDivElement>): void {
    const box = divider.container.current?.getBoundingClientRect();
    if (isDragging && box) divider.move(((event.clientX - box.left) / box.width) * 100);
  }
  function press(event: KeyboardEvent): void {
    const next = shareAfterKey(divider.share, event.key);
    if (next === undefined) return;
    event.preventDefault();
    divider.move(next);
  }
  return (
    <div
      className="divider"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label="Width of the text"
      aria-valuenow={Math.round(divider.share)}
      aria-valuemin={25}
      aria-valuemax={75}
      data-dragging={isDragging || undefined}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setIsDragging(true);
      }}
      onPointerMove={drag}
      onPointerUp={() => setIsDragging(false)}
      onPointerCancel={() => setIsDragging(false)}
      onDoubleClick={() => divider.move(DEFAULT_SHARE)}
      onKeyDown={press}
    />
  );
}
