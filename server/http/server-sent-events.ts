import type { Response } from "express";

export interface EventStream<T> {
  send(event: T): void;
  end(): void;
  /** Aborted when the browser is gone. */
  signal: AbortSignal;
}

/** Proxies drop a connection on which nothing is said; most wait a minute. */
const PING_INTERVAL_MS = 15_000;
/** What a browser that reads too slowly may leave lying; past it the stream ends, and a new one starts from a fresh view. */
const BACKLOG_BYTES = 1024 * 1024;

/** Time a browser has to read the end of a stream. */
const LINGER_MS = 10_000;

/** Answers with a stream of server-sent events, each one JSON; ends with the connection or when the browser falls too far behind. */
export function openEventStream<T>(response: Response): EventStream<T | { type: "ping" }> {
  const abort = new AbortController();
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  // Otherwise they wait for the first event, and whoever listens does not know whether anything comes.
  response.flushHeaders();
  const send = (event: T | { type: "ping" }) => {
    // What is written after the end is an error that nobody hears of but the whole process.
    if (abort.signal.aborted || response.writableEnded) return;
    if (response.writableLength > BACKLOG_BYTES) response.destroy();
    else response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  const ping = setInterval(() => send({ type: "ping" }), PING_INTERVAL_MS);
  const stop = () => {
    clearInterval(ping);
    abort.abort();
  };
  // The request itself closes as soon as its body has been read.
  response.once("close", stop);
  response.on("error", () => response.destroy());
  return { send, end: () => finish(response, ping), signal: abort.signal };
}

/** Says what is left, and lets go of a browser that does not read it. */
function finish(response: Response, ping: NodeJS.Timeout): void {
  clearInterval(ping);
  if (response.writableEnded) return;
  response.end();
  const timer = setTimeout(() => response.destroy(), LINGER_MS);
  response.once("close", () => clearTimeout(timer));
}
