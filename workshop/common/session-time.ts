import type { SessionSpec } from "./session.js";

/** Until when the session's time stands still, in epoch milliseconds; nothing where it goes on. */
export function pausedUntil(
  { pausedUntil: until }: Pick<SessionSpec, "pausedUntil">,
  now: number,
): number | undefined {
  const end = Date.parse(until ?? "");
  return end > now ? end : undefined;
}

/** What is left of the session's time: while it stands still, what is left when it goes on. */
export function timeLeft(session: Pick<SessionSpec, "expiresAt" | "pausedUntil">, now: number): number {
  return Date.parse(session.expiresAt) - (pausedUntil(session, now) ?? now);
}
