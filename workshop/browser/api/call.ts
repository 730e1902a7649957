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

async function send(method: string, path: string, { body, signal }: CallOptions): Promise<Response> {
  const deadline = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const type = body === undefined ? {} : { "content-type": "application/json" };
  try {
    return await fetch(mountPath() + path, {
      method,
      credentials: "same-origin",
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
      headers: { ...pageKeyHeader(), ...type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    const message = "The server does not answer. Check the network and try again; nothing was lost.";
    throw new ApiError(BROWSER_ERROR.unreachable, message, { status: 0, cause });
  }
}
