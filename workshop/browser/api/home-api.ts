import type { HomeListing } from "../../../terminal/common/session-host.js";
import { sessionApiPath } from "./api-client.js";
import { ApiError, BROWSER_ERROR } from "../errors.js";
import { pageKeyHeader } from "./page-key.js";
import { refusal } from "./refusal.js";

/** A file of 5 MiB over a slow line, or one of 16 MiB that is packed before. */
const ANSWER_DEADLINE_MS = 120_000;

/** A file of the learner's home, with the version it was read in. */
export interface HomeFileContent {
  bytes: Uint8Array;
  version: string;
}

/** The learner's home over HTTP; each call throws `ApiError`. */
export const homeApi = {
  list: async (session: string, path: string): Promise<HomeListing> =>
    (await (await send(session, "folder", path)).json()) as HomeListing,
  /** All of its files and what was run, packed. */
  archive: async (session: string): Promise<Blob> =>
    (await fetched(`${sessionApiPath(session)}/archive`)).blob(),
  /** `undefined` where the file is still the version that is known. */
  read: async (session: string, path: string, known?: string): Promise<HomeFileContent | undefined> => {
    const headers = known === undefined ? {} : { "if-none-match": `"${known}"` };
    const response = await send(session, "file", path, { headers });
    if (response.status === 304) return undefined;
    return { bytes: new Uint8Array(await response.arrayBuffer()), version: versionIn(response) };
  },
  /** Writes over the version that was read, or a new file where there is none, and gives the version that is there now. */
  write: async (
    session: string,
    path: string,
    {
      content,
      version,
      makesFolders,
    }: { content: string | Blob; version: string | undefined; makesFolders?: boolean },
  ): Promise<string> => {
    const expected: Record<string, string> =
      version === undefined ? { "if-none-match": "*" } : { "if-match": `"${version}"` };
    const headers = { "content-type": "application/octet-stream", ...expected };
    const options = { method: "PUT", headers, body: content, ...(makesFolders && { makesFolders }) };
    return versionIn(await send(session, "file", path, options));
  },
};

function versionIn(response: Response): string {
  return response.headers.get("etag")?.replaceAll('"', "") ?? "";
}

interface SendOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Blob;
  /** Also the folders on the way to a file that is written. */
  makesFolders?: boolean;
}

async function send(
  session: string,
  what: "file" | "folder",
  path: string,
  { makesFolders = false, ...options }: SendOptions = {},
): Promise<Response> {
  const address = `${sessionApiPath(session)}/home/${what}?path=${encodeURIComponent(path)}${makesFolders ? "&folders=make" : ""}`;
  return fetched(address, options);
}

async function fetched(address: string, options: Omit<SendOptions, "makesFolders"> = {}): Promise<Response> {
  const signal = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const headers = { ...pageKeyHeader(), ...options.headers };
  const init: RequestInit = { ...options, credentials: "same-origin", cache: "no-store", signal, headers };
  const response = await fetch(address, init).catch((cause: unknown) => {
    const message = "The server does not answer. Check the network and try again; nothing was lost.";
    throw new ApiError(BROWSER_ERROR.unreachable, message, { status: 0, cause });
  });
  if (!response.ok && response.status !== 304) throw await refusal(response);
  return response;
}
