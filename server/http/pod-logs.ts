import type { Request, Response } from "express";
import { z } from "zod";
import { DeadlineError } from "../../kubernetes/node/deadline.js";
import { ClusterUnreachable, type KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { LogEvent } from "../../workshop/common/kubernetes-view.js";
import { followLog } from "../../workshop/node/kubernetes-view/pod-log.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { Workshop } from "../workshop/workshop.js";
import type { Access } from "./access.js";
import { parseBody } from "./body.js";
import { openSessionStream } from "./session-stream.js";

/** What a browser may have left unread before it is told more. */
const BEHIND_BYTES = 256 * 1024;
/** Logs of one session that are followed at once: one for each page that shows one. */
const LOGS_AT_ONCE = 6;

/** A client is kept for those who ask for it again within five minutes. */
const ASK_AGAIN_MS = 60_000;

/** Nothing that means another place in an address. */
const name = z.string().regex(/^[a-zA-Z0-9:][\w.:-]{0,252}$/, "is no name of an object");
const logQuery = z.strictObject({
  namespace: name,
  pod: name,
  container: name,
  previous: z.literal("yes").optional(),
});
export type LogQuery = z.infer<typeof logQuery>;

/** Answers a request with the log that its query names. */
export type SendLog = (
  request: Request<{ id: string }>,
  response: Response,
  /** Throws where the log is not for who asks. */
  clientFor: (query: LogQuery) => Promise<KubernetesClient>,
) => Promise<void>;

/** Logs of pods as streams of events, a few at once for each session. */
export function createPodLogs(parts: {
  workshop: Pick<Workshop, "find">;
  access: Pick<Access, "mayUse">;
}): SendLog {
  const open = new Map<string, number>();
  const count = (session: string, by: number) => {
    const now = (open.get(session) ?? 0) + by;
    if (now > 0) open.set(session, now);
    else open.delete(session);
  };
  return async (request, response, clientFor) => {
    const { id } = request.params;
    const query = parseBody(logQuery, request.query);
    if ((open.get(id) ?? 0) >= LOGS_AT_ONCE) throw tooMany();
    count(id, 1);
    try {
      const client = await clientFor(query);
      const stream = openSessionStream<LogEvent>(parts, request, response);
      const take = async (text: string) => {
        stream.send({ type: "text", text });
        if (response.writableLength > BEHIND_BYTES) await drained(response);
      };
      const address = { ...query, isPrevious: query.previous !== undefined };
      const keeping = setInterval(() => void clientFor(query).catch(() => undefined), ASK_AGAIN_MS);
      const problem = await followLog(client, address, { take, signal: stream.signal })
        .then(() => undefined, problemOf)
        .finally(() => clearInterval(keeping));
      stream.send({ type: "end", ...(problem !== undefined && { problem }) });
      stream.end();
    } finally {
      count(id, -1);
    }
  };
}

async function drained(response: Response): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
    // It may be over already.
    if (response.destroyed) settle();
  });
}

function tooMany(): ServerError {
  return new ServerError(
    serverErrorCodes.tooManyRequests,
    `${String(LOGS_AT_ONCE)} logs of this session are followed already. Close one of its pages.`,
  );
}

function problemOf(error: unknown): string {
  if (error instanceof DeadlineError) return "The log was followed for an hour.";
  if (error instanceof ClusterUnreachable) return "The cluster does not answer.";
  return error instanceof Error ? error.message : String(error);
}
