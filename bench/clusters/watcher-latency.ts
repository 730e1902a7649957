import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import type { ApiServer } from "./api-servers.js";

const NAMESPACE = "default";
const NAME = "watched";
const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const DEADLINE_MS = 60_000;

/** The 99th percentile, in milliseconds, of the time from sending a change until a watcher has it. */
export async function watcherLatency(server: ApiServer, watchers: number, changes: number): Promise<number> {
  await server.client.send("POST", PATH, { body: { metadata: { name: NAME } } });
  const agent = new Agent({ ca: server.ca, maxSockets: watchers });
  const sent = new Map<string, number>();
  const samples: number[] = [];
  const onEvent = (line: string): void => {
    const now = performance.now();
    const n = (JSON.parse(line) as { object: { data?: { n?: string } } }).object.data?.n;
    const at = n === undefined ? undefined : sent.get(n);
    if (at !== undefined) samples.push(now - at);
  };
  const streams = await Promise.all(Array.from({ length: watchers }, () => watch(server, agent, onEvent)));
  try {
    for (let n = 0; n < changes; n++) {
      sent.set(String(n), performance.now());
      const body = { data: { n: String(n) } };
      await server.client.send("PATCH", `${PATH}/${NAME}`, { body, type: "application/merge-patch+json" });
    }
    await until(() => samples.length >= watchers * changes);
  } finally {
    for (const stream of streams) stream.destroy();
    agent.destroy();
  }
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

function watch(server: ApiServer, agent: Agent, onEvent: (line: string) => void): Promise<IncomingMessage> {
  const path = `${PATH}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3D${NAME}`;
  const headers = { authorization: `Bearer ${server.token}`, accept: "application/json" };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, server.url), { agent, headers }, (response) => {
      let rest = "";
      response.setEncoding("utf8");
      response.on("error", () => undefined);
      response.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onEvent(line);
      });
      resolve(response);
    });
    outgoing.once("error", reject);
    outgoing.end();
  });
}

async function until(isDone: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!isDone()) {
    if (Date.now() > deadline)
      throw new Error(`the watchers did not get every change within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
