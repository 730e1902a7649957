import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { internalError, invalid } from "../api/status.js";
import type { ContainerRuntime, LogLine } from "../containers/container-runtime.js";
import type { Call } from "../http/call.js";
import { numberParameter } from "../http/call.js";
import { isTrue } from "../http/request-info.js";
import { FieldErrors } from "../validation/field-errors.js";
import { chosenContainer, isOnNode, loggedContainer, podOf, requireRealPod } from "./container-target.js";

interface LogQuery {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines: number | undefined;
  limitBytes: number | undefined;
  sinceMs: number | undefined;
}

/** Answers `GET pods/NAME/log`: what the container wrote, as text, no faster than the client takes it. */
export async function sendPodLog(call: Call, runtime: ContainerRuntime): Promise<void> {
  const query = logQuery(call);
  if (isAheadOfNode(call)) {
    call.reply.response.writeHead(204).end();
    return;
  }
  const pod = requireRealPod(call, runtime, "there are no logs");
  const container = loggedContainer(pod, chosenContainer(call, pod), query.previous);
  const { response } = call.reply;
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  response.once("close", abort);
  call.signal.addEventListener("abort", abort, { once: true });
  try {
    const { follow, tailLines, sinceMs } = query;
    const lines = runtime.logs(container, {
      follow,
      signal: gone.signal,
      ...(tailLines !== undefined && { tailLines }),
      ...(sinceMs !== undefined && { sinceMs }),
    });
    await sendText(response, logText(lines, query), gone.signal);
  } catch (error) {
    if (gone.signal.aborted) return;
    throw internalError(error instanceof Error ? error.message : String(error), error);
  } finally {
    call.signal.removeEventListener("abort", abort);
    response.off("close", abort);
  }
}

/** Of a pod that is on no node yet there is nobody to ask: a real API server answers with nothing. */
function isAheadOfNode(call: Call): boolean {
  const pod = podOf(call);
  chosenContainer(call, pod);
  return !isOnNode(pod);
}

/** Answers 200 only with the first piece or the end, as a kubelet does: until then a log that cannot be had is told as an error. */
async function sendText(
  response: ServerResponse,
  pieces: AsyncGenerator<Buffer, void>,
  gone: AbortSignal,
): Promise<void> {
  try {
    let next = await pieces.next();
    if (response.destroyed) return;
    response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-cache, private" });
    for (; next.done !== true && !response.destroyed; next = await pieces.next()) {
      if (!response.write(next.value)) await once(response, "drain", { signal: gone });
    }
    response.end();
  } finally {
    await pieces.return();
  }
}

async function* logText(
  lines: AsyncIterable<LogLine>,
  { timestamps, limitBytes = Number.POSITIVE_INFINITY }: LogQuery,
): AsyncGenerator<Buffer, void> {
  let left = limitBytes;
  let isAtStart = true;
  for await (const { timeMs, bytes, isPartial } of lines) {
    const time = timestamps && isAtStart ? [Buffer.from(`${nanoTimestamp(timeMs)} `)] : [];
    const text = Buffer.concat([...time, bytes, ...(isPartial ? [] : [Buffer.from("\n")])]);
    isAtStart = !isPartial;
    yield text.subarray(0, left);
    left -= text.length;
    if (left <= 0) return;
  }
}

/** A runtime's clock is as fine as it says, down to nanoseconds; zeros at the end are left out, as Go does. */
function nanoTimestamp(timeMs: number): string {
  const fraction = Math.round((timeMs % 1000) * 1e6)
    .toString()
    .padStart(9, "0")
    .replace(/0+$/, "");
  const seconds = new Date(timeMs).toISOString().slice(0, 19);
  return fraction === "" ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** Throws 400 for what is no number, and 422 for one that is out of its range, as a real API server does. */
function logQuery({ info: { query }, core, name }: Call): LogQuery {
  const number = (field: string): number | undefined => numberParameter(query, field);
  const [tailLines, limitBytes, seconds] = [
    number("tailLines"),
    number("limitBytes"),
    number("sinceSeconds"),
  ];
  const time = query.get("sinceTime");
  const errors = new FieldErrors();
  if (tailLines !== undefined && tailLines < 0)
    errors.invalid("tailLines", tailLines, "must be greater than or equal to 0");
  if (limitBytes !== undefined && limitBytes < 1)
    errors.invalid("limitBytes", limitBytes, "must be greater than 0");
  if (seconds !== undefined && time)
    errors.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified");
  else if (seconds !== undefined && seconds < 1)
    errors.invalid("sinceSeconds", seconds, "must be greater than 0");
  if (errors.list.length > 0) throw invalid({ group: "", kind: "PodLogOptions" }, name, errors.list);
  const sinceMs =
    seconds !== undefined ? core.now().getTime() - seconds * 1000 : time ? Date.parse(time) : undefined;
  return {
    follow: flag(query, "follow"),
    previous: flag(query, "previous"),
    timestamps: flag(query, "timestamps"),
    tailLines,
    limitBytes,
    sinceMs: Number.isNaN(sinceMs) ? undefined : sinceMs,
  };
}

function flag(query: URLSearchParams, name: string): boolean {
  return query.has(name) && isTrue(query.get(name));
}
