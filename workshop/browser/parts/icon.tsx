import type { ReactElement } from "react";

const PATHS = {
  tick: "M3.5 8.5l3 3 6-7",
  cross: "M4 4l8 8M12 4l-8 8",
  question: "M6 6a2 2 0 1 1 2.7 1.9c-.5.2-.7.6-.7 1.1v.5M8 12v.1",
  stop: "M4.5 4.5h7v7h-7z",
  clock: "M8 4.5V8l2.2 1.6M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z",
  play: "M5 3.2v9.6L13 8z",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  paste: "M5.5 3.5h-2v10h9v-10h-2M5.5 2.5h5v2h-5zM6 8.5l2 2 2-2M8 7v3.2",
  chevronDown: "M4 6l4 4 4-4",
  chevronRight: "M6 4l4 4-4 4",
  arrowLeft: "M13 8H3.5M7 4L3 8l4 4",
  arrowRight: "M3 8h9.5M9 4l4 4-4 4",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
  system: "M2 3h12v8H2zM6 13.5h4",
  hand: "M5 8V4a1 1 0 0 1 2 0v3.5V3a1 1 0 0 1 2 0v4.5V4a1 1 0 0 1 2 0v5.5c0 2.5-1.5 4.5-3.8 4.5-1.7 0-2.6-.8-3.4-2.2L2.3 9.3a1 1 0 0 1 1.7-1z",
  help: "M6 6a2 2 0 1 1 2.7 1.9c-.5.2-.7.6-.7 1.1M8 11.4v.1M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z",
  external: "M9 3h4v4M13 3L7.5 8.5M11.5 9.5v3.5h-8.5v-8.5h3.5",
  terminal: "M2.5 3h11v10h-11zM5 6.2l2 1.8-2 1.8M8.5 10h2.5",
  text: "M3 4h10M3 8h10M3 12h6",
  shield: "M8 2l5 1.8v3.7c0 3-2 5.4-5 6.5-3-1.1-5-3.5-5-6.5V3.8z",
  warning: "M8 2.5L14.5 13.5h-13zM8 6.5v3.5M8 11.8v.1",
  restart: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v2.8h2.8",
  end: "M8 2v5.5M4.6 4.2a5.2 5.2 0 1 0 6.8 0",
  pointer: "M5 8.5V3.2a1.2 1.2 0 0 1 2.4 0v4l4.2.8c.8.2 1.3.9 1.2 1.7L12 13.5H6.8L4 9.8a1.1 1.1 0 0 1 1-1.3z",
  slides: "M2 3h12v8H2zM8 11v2.5M5.5 13.5h5M6.8 5.2v3.6l3-1.8z",
  pencil: "M3 13l.8-3.2 7.4-7.4 2.4 2.4-7.4 7.4zM9.6 4l2.4 2.4",
  cube: "M8 1.8l5.4 3v6.4L8 14.2l-5.4-3V4.8zM2.8 5L8 8l5.2-3M8 8v6",
  plus: "M8 3v10M3 8h10",
  chevronUp: "M4 10l4-4 4 4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7L14 14",
  smaller: "M2.5 12.5l3.5-9 3.5 9M3.7 9.5h4.6M11 8h4",
  larger: "M1.5 12.5l3.5-9 3.5 9M2.7 9.5h4.6M10.5 8h5M13 5.5v5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  speaker: "M2.5 6v4h2.5l3.5 3v-10l-3.5 3zM11 5.5a3.5 3.5 0 0 1 0 5M12.8 3.5a6.4 6.4 0 0 1 0 9",
} as const;

export type IconName = keyof typeof PATHS;

/** A small line drawing beside a word; it says nothing to a screen reader. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      fill={name === "play" ? "currentColor" : "none"}
      stroke={name === "play" ? "none" : "currentColor"}
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A turning ring for work under way. */
export function Spinner(): ReactElement {
  return <span className="spinner" aria-hidden="true" />;
}
