import { EventText } from "../../common/event-text.js";
import { ApiError, BROWSER_ERROR } from "../errors.js";
import { mountPath } from "./base.js";
import { pageKeyHeader } from "./page-key.js";
import { refusal } from "./refusal.js";

/** Making a session answers at once, its steps arrive as events: nothing may take longer than this. */
const ANSWER_DEADLINE_MS = 30_000;

export interface CallOptions {
  body?: unknown;
  /** Ends the call where nobody waits for its answer any more. */
  signal?: AbortSignal | undefined;
  /** Goes on where the tab is closed meanwhile; a browser carries 64 KiB of such bodies. */
  outlivesPage?: boolean;
}

/** What is sent of a call, and what its answer is to be. */
interface Sent extends Pick<CallOptions, "body" | "outlivesPage"> {
  accept?: string;
}

/** Calls the server as a page of ours; the path is relative to the mount. Throws `ApiError`. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (cause) {
    const message = `The server's answer to ${method} ${path} was expected to be JSON and is not. Reload the page.`;
    throw new ApiError(BROWSER_ERROR.unreadable, message, { status: response.status, cause });
  }
}

/** Has the server do something that takes its time; the events it tells of it, as long as they come. Throws `ApiError`, also after a silence of 30 s. */
export async function* follow<T>(method: string, path: string, body: unknown): AsyncGenerator<T> {
  const silence = new AbortController();
  const deadline = () => setTimeout(() => silence.abort(), ANSWER_DEADLINE_MS);
  let timer = deadline();
  try {
    const response = await sendUntil(silence.signal, method, path, { body, accept: "text/event-stream" });
    if (!response.ok) throw await refusal(response);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const text = new EventText<T>();
    for (;;) {
      const piece = await reader?.read().catch((cause: unknown) => Promise.reject(unreachable(cause)));
      if (piece === undefined || piece.done) return;
      clearTimeout(timer);
      timer = deadline();
      yield* text.take(piece.value);
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

function send(method: string, path: string, { signal, ...sent }: CallOptions): Promise<Response> {
  const deadline = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const until = signal ? AbortSignal.any([deadline, signal]) : deadline;
  return sendUntil(until, method, path, sent);
}

async function sendUntil(
  signal: AbortSignal,
  method: string,
  path: string,
  { body, accept, outlivesPage = false }: Sent,
): Promise<Response> {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  try {
    return await fetch(mountPath() + path, {
      method,
      credentials: "same-origin",
      signal,
      keepalive: outlivesPage,
      headers: { ...pageKeyHeader(), ...type, ...(accept !== undefined && { accept }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw unreachable(cause);
  }
}

function unreachable(cause: unknown): ApiError {
  const message = "The server does not answer. Check the network and try again; nothing was lost.";
  return new ApiError(BROWSER_ERROR.unreachable, message, { status: 0, cause });
}
