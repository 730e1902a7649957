import type { TerminalLayout } from "./api.js";

/** Terminals that `execute-all` and a session of `"*"` reach. */
export const ALL_TERMINALS: readonly string[] = ["1", "2", "3"];

/** The terminals a layout shows, in order. */
export function terminalsOf(layout: TerminalLayout): string[] {
  if (layout === "none") return [];
  if (layout === "split") return ["1", "2"];
  return layout === "split/2" ? ["1", "2", "3"] : ["1"];
}

/** Whether a block or a tab may name a terminal so; it becomes part of file names. */
export function isTerminalName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name) && !name.includes("--");
}

/** Where a block acts, in words: `terminal 1`, `all terminals`. */
export function terminalWords(terminals: readonly string[]): string {
  return terminals.length > 1 ? "all terminals" : `terminal ${terminals[0] ?? ""}`;
}
