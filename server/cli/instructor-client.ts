import type { ApiProblem } from "../../workshop/common/api.js";
import { EventText } from "../../workshop/common/event-text.js";
import { instructorTokenOf, loadInstructorToken } from "../auth/instructor-token.js";
import { dataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { readRunningServer } from "../supervisor/running-server.js";
import { shellWord } from "../../workshop/common/shell-word.js";

/** Creating hundreds of sessions answers at once, but a busy server may take its time. */
const TIMEOUT_MS = 60_000;

/** Calls the instructor API of the server that runs on the data directory. Throws SERVER_NOT_RUNNING, SERVER_REFUSED. */
export async function callInstructorApi<T>(
  data: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await call(data, { method, path, body });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** What is at a path of the instructor API, piece by piece. Throws SERVER_NOT_RUNNING, SERVER_REFUSED. */
export async function readFromInstructorApi(data: string, path: string): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await call(data, { method: "GET", path, body: undefined });
  return body ?? (async function* () {})();
}

/**
 * The events that the server sends at a path of the instructor API, in order, as long as they come; whoever stops reading ends them. Throws
 * SERVER_NOT_RUNNING, also where nothing is said for a minute, SERVER_REFUSED, and the signal's reason.
 */
export async function* followInstructorApi<T>(
  data: string,
  { signal, ...asked }: Asked & { signal: AbortSignal },
): AsyncGenerator<T> {
  const silence = new AbortController();
  const stop = (): void => silence.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const late = setTimeout(() => silence.abort(silentFor(data)), TIMEOUT_MS);
  try {
    signal.throwIfAborted();
    const { body } = await call(data, { ...asked, accept: "text/event-stream" }, silence.signal);
    const text = new EventText<T>();
    for await (const piece of (body ?? emptyBody()).pipeThrough(new TextDecoderStream())) {
      late.refresh();
      yield* text.take(piece);
    }
  } catch (error) {
    throw silence.signal.aborted ? silence.signal.reason : error;
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", stop);
    silence.abort();
  }
}

function emptyBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

function silentFor(data: string): ServerError {
  const seconds = String(TIMEOUT_MS / 1000);
  return new ServerError(
    serverErrorCodes.notRunning,
    `The server of ${data} has said nothing for ${seconds} s. Look at /readyz there, and try again.`,
  );
}

interface Asked {
  method: string;
  path: string;
  body: unknown;
  /** JSON where absent. */
  accept?: string;
}

async function call(
  data: string,
  { method, path, body, accept = "application/json" }: Asked,
  signal = AbortSignal.timeout(TIMEOUT_MS),
): Promise<Response> {
  const running = readRunningServer(data);
  const token = loadInstructorToken(instructorTokenOf(running, dataPaths(data)));
  const response = await request(new URL(`api/instructor/${path}`, running.localUrl), {
    data,
    method,
    token,
    body,
    accept,
    signal,
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

interface Call {
  data: string;
  method: string;
  token: string;
  body: unknown;
  accept: string;
  signal: AbortSignal;
}

async function request(url: URL, { data, method, token, body, accept, signal }: Call): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
  } catch (error) {
    throw unanswered(url, data, error);
  }
}

function unanswered({ origin }: URL, data: string, error: unknown): ServerError {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  const what = isLate
    ? `The server of ${data} at ${origin} did not answer within ${String(TIMEOUT_MS / 1000)} s; what was asked for may have been done. Look at /readyz there, and try again.`
    : `The server of ${data} does not answer at ${origin}: ${reasonOf(error)}. Start it with "lectern serve --data ${shellWord(data)}".`;
  return new ServerError(serverErrorCodes.notRunning, what, error);
}

/** `fetch` says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(cause);
}

async function refusal(response: Response): Promise<ServerError> {
  const body = (await response.json().catch(() => undefined)) as ApiProblem | undefined;
  return new ServerError(
    serverErrorCodes.refused,
    body?.error.message ?? `The server answered ${String(response.status)}.`,
  );
}
