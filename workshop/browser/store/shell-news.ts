import type { SessionEvent } from "../../common/api.js";

/** What became of the shells of one terminal since the page was opened. */
export interface ShellNews {
  /** How many were opened. */
  opened: number;
  /** Why the one before was taken away, where it did not end by itself. */
  loss?: string;
}

/** What is known after an event, by terminal; the same map where it tells nothing of shells. */
export function withShellEvent(
  known: ReadonlyMap<string, ShellNews>,
  event: SessionEvent,
): ReadonlyMap<string, ShellNews> {
  if (event.type !== "terminal-opened" && event.type !== "terminal-exited") return known;
  const { opened, loss } = known.get(event.terminal) ?? { opened: 0 };
  const news =
    event.type === "terminal-opened"
      ? { opened: opened + 1, ...(loss !== undefined && { loss }) }
      : { opened, ...(event.reason !== undefined && { loss: event.reason }) };
  return new Map(known).set(event.terminal, news);
}
