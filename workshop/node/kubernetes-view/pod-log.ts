import type { IncomingMessage } from "node:http";
import { type KubernetesClient, KubernetesError } from "../../../kubernetes/node/kubernetes-client.js";
import { withDeadline } from "../../../kubernetes/node/deadline.js";

/** Which log of a pod. */
export interface LogAddress {
  namespace: string;
  pod: string;
  container: string;
  /** Of the container before the one that there is. */
  isPrevious: boolean;
}

/** Where the text of a log goes. */
export interface LogReader {
  /** Resolves once there is room for more. */
  take(text: string): Promise<void>;
  signal: AbortSignal;
}

/** Lines from before somebody looked. */
const TAIL_LINES = 1_000;
/** A log that is followed for longer is begun anew by whoever still looks. */
const FOLLOW_MS = 60 * 60_000;
/** Bytes of a refusal. */
const MAX_REFUSAL = 8 * 1024;

/**
 * Reads a log from its last lines on and follows it until it ends, no faster than it is taken. Throws KubernetesError, whose message says why
 * there is no log, DeadlineError after an hour, and the reader's reason.
 */
export async function followLog(
  client: KubernetesClient,
  { namespace, pod, container, isPrevious }: LogAddress,
  reader: LogReader,
): Promise<void> {
  const query = new URLSearchParams({
    container,
    tailLines: String(TAIL_LINES),
    ...(isPrevious ? { previous: "true" } : { follow: "true" }),
  });
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query.toString()}`;
  await withDeadline(FOLLOW_MS, reader.signal, async (signal) => {
    const response = await client.watch(path, signal);
    try {
      if (response.statusCode !== 200) throw await refusalOf(response);
      const decoder = new TextDecoder();
      for await (const bytes of response as AsyncIterable<Buffer>) {
        const text = decoder.decode(bytes, { stream: true });
        if (text !== "") await reader.take(text);
        signal.throwIfAborted();
      }
    } finally {
      response.destroy();
    }
  });
}

async function refusalOf(response: IncomingMessage): Promise<KubernetesError> {
  let text = "";
  for await (const bytes of response as AsyncIterable<Buffer>) {
    text += bytes.toString("utf8");
    if (text.length > MAX_REFUSAL) break;
  }
  const status = response.statusCode ?? 0;
  try {
    const { message = text, reason = "" } = JSON.parse(text) as { message?: string; reason?: string };
    return new KubernetesError(message, status, reason);
  } catch {
    return new KubernetesError(text.slice(0, 500), status, "");
  }
}
