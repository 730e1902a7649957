import type { ITheme } from "@xterm/xterm";

const COLOURS = {
  background: "#11151c",
  foreground: "#e6e8ec",
  cursor: "#e6e8ec",
  cursorAccent: "#11151c",
  selectionBackground: "#35507a",
  black: "#2a2f3a",
  red: "#f2777a",
  green: "#8fca7a",
  yellow: "#f0c674",
  blue: "#7aaaf0",
  magenta: "#c69af0",
  cyan: "#6fd0d6",
  white: "#d0d4dc",
  brightBlack: "#8a92a3",
  brightRed: "#ff9a9c",
  brightGreen: "#b0e39c",
  brightYellow: "#ffdf9a",
  brightBlue: "#a5c8ff",
  brightMagenta: "#dfc0ff",
  brightCyan: "#9ceaef",
  brightWhite: "#ffffff",
} satisfies ITheme;

/** The terminal's colours from CSS custom properties (`--terminal-background`, `--terminal-bright-red`, ...) of an element. */
export function readTheme(element: Element): ITheme {
  const style = getComputedStyle(element);
  const entries = Object.entries(COLOURS).map(([name, usual]) => {
    const property = `--terminal-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return [name, style.getPropertyValue(property).trim() || usual];
  });
  return Object.fromEntries(entries) as ITheme;
}
