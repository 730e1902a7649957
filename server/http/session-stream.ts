import type { Request, Response } from "express";
import type { Workshop } from "../workshop/workshop.js";
import type { Access } from "./access.js";
import { type EventStream, openEventStream } from "./server-sent-events.js";

/** A stream lives for hours; what was allowed at its start may have been taken back, and the session may be over. */
const LOOK_AGAIN_MS = 5_000;

/** A stream of server-sent events of an active session, which ends once who asked for it may not look any more, or the session is over. */
export function openSessionStream<Event>(
  { workshop, access }: { workshop: Pick<Workshop, "find">; access: Pick<Access, "mayUse"> },
  request: Request<{ id: string }>,
  response: Response,
): EventStream<Event | { type: "ping" }> {
  const stream = openEventStream<Event>(response);
  const isStillAllowed = () => {
    const session = workshop.find(request.params.id);
    try {
      return session?.phase === "Active" && access.mayUse(request, session);
    } catch {
      // Nobody's role can be told just now: the page comes back.
      return false;
    }
  };
  const timer = setInterval(() => {
    if (!isStillAllowed()) stream.end();
  }, LOOK_AGAIN_MS);
  onAbort(stream.signal, () => clearInterval(timer));
  return stream;
}

/** Calls once the signal has fired, which it may have. */
export function onAbort(signal: AbortSignal, stop: () => void): void {
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
}
