import { EventSource, type EventSourceFetchInit } from "eventsource";
import { pageKeyHeader } from "../api/page-key.js";
import { refusal } from "../api/refusal.js";
import type { ApiError } from "../errors.js";

export type Connection = "connecting" | "open" | "lost";

export interface EventStream {
  close(): void;
}

/** The server pings every few seconds; silence this long means the line is dead though nobody said so. */
const SILENCE_MS = 45_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

interface Handlers<T> {
  onEvent: (event: T) => void;
  onConnection: (connection: Connection) => void;
  /** Told, before the connection counts as lost, of a refusal that asking again does not mend by itself (4xx); whoever has enough of it closes the stream. */
  onRefusal?: (refused: ApiError) => void;
}

/**
 * Server-sent events that come back by themselves: after an error, a refusal or a silence the stream is opened anew,
 * 0.5 s later at first and 10 s at most, until `close`.
 */
export function openEventStream<T>(url: string, handlers: Handlers<T>): EventStream {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;
  let isClosed = false;

  function connect(): void {
    source = new EventSource(url, { withCredentials: true, fetch: fetchAndHear });
    source.addEventListener("open", opened);
    source.addEventListener("message", received);
    source.addEventListener("error", retry);
    listenForSilence();
  }
  async function fetchAndHear(address: string | URL, init: EventSourceFetchInit): Promise<Response> {
    const response = await fetchWithKey(address, init);
    const isRefused = response.status >= 400 && response.status < 500;
    if (isRefused && handlers.onRefusal) {
      const refused = await refusal(response);
      if (!isClosed) handlers.onRefusal(refused);
    }
    return response;
  }
  function opened(): void {
    retryMs = FIRST_RETRY_MS;
    handlers.onConnection("open");
    listenForSilence();
  }
  function received(message: MessageEvent<string>): void {
    listenForSilence();
    handlers.onEvent(JSON.parse(message.data) as T);
  }
  function retry(): void {
    source?.close();
    if (isClosed) return;
    clearTimeout(timer);
    handlers.onConnection("lost");
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  }
  function listenForSilence(): void {
    clearTimeout(timer);
    timer = setTimeout(retry, SILENCE_MS);
  }
  function retryNow(): void {
    retryMs = FIRST_RETRY_MS;
    if (source?.readyState === EventSource.CLOSED) retry();
  }

  window.addEventListener("online", retryNow);
  connect();
  return {
    close: () => {
      isClosed = true;
      window.removeEventListener("online", retryNow);
      clearTimeout(timer);
      source?.close();
    },
  };
}

/** The browser's own `EventSource` sends no headers. */
function fetchWithKey(url: string | URL, init: EventSourceFetchInit): Promise<Response> {
  return fetch(url, { ...init, headers: { ...init.headers, ...pageKeyHeader() } });
}
