import type { TerminalLayout } from "./api.js";

/** The terminals a layout shows, in order. */
export function terminalsOf(layout: TerminalLayout): string[] {
  if (layout === "none") return [];
  if (layout === "split") return ["1", "2"];
  return layout === "split/2" ? ["1", "2", "3"] : ["1"];
}

/** Where a block acts, in words: `terminal 1`, `all terminals`. */
export function terminalWords(terminals: readonly string[]): string {
  return terminals.length > 1 ? "all terminals" : `terminal ${terminals[0] ?? ""}`;
}
