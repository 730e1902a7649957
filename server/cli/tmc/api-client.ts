import type { TmcProblem } from "../../../policy/common/tmc-api.js";
import { TmcError } from "./tmc-error.js";

/** A change answers once it is in force, which may take the server up to 15 s; what takes longer will not come. */
const TIMEOUT_MS = 30_000;

export interface TmcApi {
  /** Address of the server, ending in `/`. */
  endpoint: string;
  /** `path` begins after `v1alpha1/`. Resolves to the decoded answer; throws `TmcError`. */
  call(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<unknown>;
}

/** Opens the policy API that `LECTERN_URL` and `LECTERN_TOKEN` name. Throws `TmcError` when they are unset. */
export function connect(environment: Record<string, string | undefined>): TmcApi {
  const url = environment["LECTERN_URL"];
  const token = environment["LECTERN_TOKEN"];
  if (!url || !token) throw loginMissing(url ? "LECTERN_TOKEN" : "LECTERN_URL");
  const base = url.endsWith("/") ? url : `${url}/`;
  return {
    endpoint: base,
    call: async (method, path, body) => {
      const response = await send(`${base}v1alpha1/${path}`, { method, token, body });
      return readAnswer(response, base);
    },
  };
}

interface Sending {
  method: string;
  token: string;
  body: unknown;
}

async function send(url: string, { method, token, body }: Sending): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", authorization: `Bearer ${token}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw unreachable(url, error);
  }
}

async function readAnswer(response: Response, base: string): Promise<unknown> {
  const text = await response.text();
  const answer = parseJson(text);
  if (response.ok && answer !== undefined) return answer;
  if (isProblem(answer)) throw new TmcError(answer.message);
  if (response.status === 401) {
    throw new TmcError(
      "Unauthenticated: the token in LECTERN_TOKEN is not valid any more. Open a new terminal of the session.",
    );
  }
  const reason = serverReason(answer);
  if (reason !== undefined)
    throw new TmcError(`${response.status === 429 ? "Unavailable" : "Internal"}: ${reason}`);
  throw new TmcError(
    `Internal: ${base} answered ${response.status} without a reason. Is LECTERN_URL the address of Lectern?`,
  );
}

function isProblem(answer: unknown): answer is TmcProblem {
  return (
    typeof answer === "object" && answer !== null && "message" in answer && typeof answer.message === "string"
  );
}

/** What the server itself says when it does not get as far as the policy API. */
function serverReason(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("error" in answer)) return undefined;
  const { error } = answer;
  if (typeof error !== "object" || error === null || !("message" in error)) return undefined;
  return typeof error.message === "string" ? error.message : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function loginMissing(variable: string): TmcError {
  return new TmcError(
    `Unauthenticated: ${variable} is not set, so tmc does not know where to log in. The terminals of a session set LECTERN_URL and LECTERN_TOKEN; elsewhere export both.`,
  );
}

function unreachable(url: string, error: unknown): TmcError {
  const { origin } = new URL(url);
  if (error instanceof Error && error.name === "TimeoutError") {
    return new TmcError(
      `DeadlineExceeded: ${origin} did not answer within ${TIMEOUT_MS / 1000} s. Try again.`,
    );
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new TmcError(
    `Unavailable: ${origin} cannot be reached (${cause}). Check that Lectern runs there (LECTERN_URL).`,
  );
}
