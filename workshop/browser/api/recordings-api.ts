import { type Cast, CastReader } from "../../../terminal/common/asciicast.js";
import type { RecordingInfo } from "../../../terminal/common/session-host.js";
import { ApiError, BROWSER_ERROR } from "../errors.js";
import type { KeptRecordingsOf } from "../../common/kept-recordings-api.js";
import { call } from "./call.js";
import { sessionApiPath } from "./api-client.js";
import { mountPath } from "./base.js";
import { pageKeyHeader } from "./page-key.js";
import { refusal } from "./refusal.js";

/** 10 MiB over a slow line. */
const ANSWER_DEADLINE_MS = 120_000;

/** Who looks at recordings: those of the learner's own session, or those of a session that an instructor looks after. */
export type RecordingViewer = "learner" | "instructor" | KeptViewer;
/** Who looks at those of sessions that have ended: whoever looks after them, or who has come to that event by this browser. */
export type KeptViewer = "kept" | { event: string };

/** Recordings of a session's terminals; each call throws `ApiError`. */
export const recordingsApi = {
  list: async (viewer: RecordingViewer, session: string, signal?: AbortSignal): Promise<RecordingInfo[]> =>
    (await (await fetched(listPath(viewer, session), signal)).json()) as RecordingInfo[],
  /** Those that are kept of sessions that have ended; their `id` stands for the session where one is read. */
  kept: async (viewer: KeptViewer, signal?: AbortSignal): Promise<KeptRecordingsOf[]> =>
    (await (await fetched(keptPath(viewer), signal)).json()) as KeptRecordingsOf[],
  /** Removes all that are kept of a session. */
  removeKept: (id: string) =>
    call<void>("DELETE", `api/instructor/kept-recordings/${encodeURIComponent(id)}`),
  /** All of one recording as it is now; what goes beyond 12 MiB is left out. */
  read: async (viewer: RecordingViewer, of: RecordingInfo, signal?: AbortSignal): Promise<Cast> => {
    const path = `${listPath(viewer, of.session)}/${encodeURIComponent(of.name)}`;
    const cast = await readCast(await fetched(path, signal));
    if (cast) return cast;
    const message = `The recording ${of.name} was expected to be an asciicast of version 2 and is not. Choose another one.`;
    throw new ApiError(BROWSER_ERROR.unreadable, message, { status: 200 });
  },
};

async function readCast(response: Response): Promise<Cast | undefined> {
  const cast = new CastReader();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const piece = await reader?.read().catch((cause: unknown) => Promise.reject(unreachable(cause)));
    if (piece === undefined || piece.done) return cast.end();
    if (cast.take(piece.value)) continue;
    void reader?.cancel();
    return cast.end();
  }
}

function listPath(viewer: RecordingViewer, session: string): string {
  if (viewer === "learner") return `${sessionApiPath(session)}/recordings`;
  if (viewer !== "instructor") return `${keptPath(viewer)}/${encodeURIComponent(session)}`;
  return `${mountPath()}api/instructor/recordings/${encodeURIComponent(session)}`;
}

function keptPath(viewer: KeptViewer): string {
  const whose = viewer === "kept" ? "instructor" : `events/${encodeURIComponent(viewer.event)}`;
  return `${mountPath()}api/${whose}/kept-recordings`;
}

async function fetched(path: string, signal: AbortSignal | undefined): Promise<Response> {
  const deadline = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const init: RequestInit = {
    credentials: "same-origin",
    cache: "no-store",
    headers: pageKeyHeader(),
    signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
  };
  const response = await fetch(path, init).catch((cause: unknown) => Promise.reject(unreachable(cause)));
  if (!response.ok) throw await refusal(response);
  return response;
}

function unreachable(cause: unknown): ApiError {
  const message = "The server does not answer. Check the network and try again; nothing was lost.";
  return new ApiError(BROWSER_ERROR.unreachable, message, { status: 0, cause });
}
