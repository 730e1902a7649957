import type { LogEvent, ObjectRow, ObjectText } from "../../../common/kubernetes-view.js";
import { sessionApiPath } from "../../api/api-client.js";
import { call } from "../../api/call.js";
import { openEventStream } from "../../store/event-stream.js";

/** The object as YAML, with the values of a Secret where they are asked for. Throws `ApiError`. */
export async function readYaml(
  session: string,
  { api, plural, namespace, name }: Pick<ObjectRow, "api" | "plural" | "namespace" | "name">,
  { hasValues, signal }: { hasValues: boolean; signal: AbortSignal },
): Promise<string> {
  const query = new URLSearchParams({ api, plural, namespace, name, ...(hasValues && { values: "shown" }) });
  const path = `api/sessions/${encodeURIComponent(session)}/kubernetes/object?${query.toString()}`;
  return (await call<ObjectText>("GET", path, { signal })).yaml;
}

export interface LogWish {
  session: string;
  namespace: string;
  pod: string;
  container: string;
  isPrevious: boolean;
}

export interface LogListener {
  /** What was read before is read again. */
  onBegin: () => void;
  onText: (text: string) => void;
  /** The connection is lost; it is opened anew by itself. */
  onLost: () => void;
  /** `problem` says why where the container did not end by itself. */
  onEnd: (problem: string | undefined) => void;
}

/** Follows a log until it ends, or what is returned is called. */
export function followLog(wish: LogWish, { onBegin, onText, onLost, onEnd }: LogListener): () => void {
  const { session, namespace, pod, container, isPrevious } = wish;
  const query = new URLSearchParams({ namespace, pod, container, ...(isPrevious && { previous: "yes" }) });
  const stream = openEventStream<LogEvent>(`${sessionApiPath(session)}/kubernetes/log?${query.toString()}`, {
    onEvent: (event) => {
      if (event.type === "text") onText(event.text);
      if (event.type !== "end") return;
      stream.close();
      onEnd(event.problem);
    },
    onConnection: (connection) => {
      if (connection === "open") onBegin();
      if (connection === "lost") onLost();
    },
    onRefusal: ({ message }) => {
      stream.close();
      onEnd(message);
    },
  });
  return () => stream.close();
}
