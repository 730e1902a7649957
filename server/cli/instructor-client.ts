import type { ApiProblem } from "../../workshop/common/api.js";
import { instructorTokenOf, loadInstructorToken } from "../auth/instructor-token.js";
import { dataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { readRunningServer } from "../supervisor/running-server.js";

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

async function call(
  data: string,
  { method, path, body }: { method: string; path: string; body: unknown },
): Promise<Response> {
  const running = readRunningServer(data);
  const token = loadInstructorToken(instructorTokenOf(running, dataPaths(data)));
  const response = await request(new URL(`api/instructor/${path}`, running.localUrl), {
    data,
    method,
    token,
    body,
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

interface Call {
  data: string;
  method: string;
  token: string;
  body: unknown;
}

async function request(url: URL, { data, method, token, body }: Call): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.notRunning,
      `The server of ${data} does not answer at ${url.origin}. Start it with "lectern serve --data ${data}".`,
      error,
    );
  }
}

async function refusal(response: Response): Promise<ServerError> {
  const body = (await response.json().catch(() => undefined)) as ApiProblem | undefined;
  return new ServerError(
    serverErrorCodes.refused,
    body?.error.message ?? `The server answered ${String(response.status)}.`,
  );
}
