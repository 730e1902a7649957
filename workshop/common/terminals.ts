import type { TerminalLayout } from "./api.js";

/** The terminals a layout shows, in order. */
export function terminalsOf(layout: TerminalLayout): string[] {
  if (layout === "none") return [];
  if (layout === "split") return ["1", "2"];
  return layout === "split/2" ? ["1", "2", "3"] : ["1"];
}
