import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import type { Place } from "./library-scenarios.js";

/** Of one answer. */
const ANSWER_MS = 60_000;
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
const ADDRESS = /\b\d+\.\d+\.\d+\.\d+\b/g;
const TIMED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z /;

interface Sent {
  method?: string;
  accept?: string;
  body?: object;
  type?: string;
}

interface TableAnswer {
  kind: string;
  columnDefinitions?: { name: string; type: string; priority: number }[];
  rows?: {
    cells: unknown[];
    object?: { kind?: string; apiVersion?: string; metadata?: { name?: string } };
  }[];
}

interface WatchEvent {
  type: string;
  object: TableAnswer & { metadata?: { resourceVersion?: string; labels?: Record<string, string> } };
}

/** What k9s and stern ask of a cluster, and what the proxies of its API do with WebSockets and redirects: what of the answer is the same everywhere. */
export const TOOL_SCENARIOS: Record<string, (place: Place) => Promise<unknown>> = {
  "a table of pods": async (place) => {
    const { body } = await answered(place, `${own(place)}&limit=500`, {
      accept: `${TABLE},application/json`,
    });
    return shapeOf(JSON.parse(body) as TableAnswer);
  },
  "a table of pods with all of them": async (place) => {
    const { body } = await answered(place, `${own(place)}&includeObject=Object`, { accept: TABLE });
    return shapeOf(JSON.parse(body) as TableAnswer);
  },
  "a table of pods without them": async (place) => {
    const { body } = await answered(place, `${own(place)}&includeObject=None`, { accept: TABLE });
    return shapeOf(JSON.parse(body) as TableAnswer);
  },
  "metadata of pods alone": async (place) => {
    const { status, body } = await answered(place, own(place), { accept: METADATA });
    const { kind, apiVersion, items } = JSON.parse(body) as {
      kind: string;
      apiVersion: string;
      items: object[];
    };
    return { status, kind, apiVersion, items: items.map((item) => Object.keys(item).toSorted()) };
  },
  "a watch of tables": async (place) => {
    const watching = await watch(place, `&fieldSelector=metadata.name%3Dit`, { accept: TABLE });
    await label(place, { table: "seen" });
    const { type, object } = await watching.until(() => true);
    watching.end();
    return { type, shape: shapeOf(object) };
  },
  "a watch that is taken up where it broke off": async (place) => {
    const first = await watch(place, "&fieldSelector=metadata.name%3Dit");
    await label(place, { broken: "before" });
    const { object } = await first.until((event) => event.object.metadata?.labels?.["broken"] === "before");
    first.end();
    await label(place, { broken: "meanwhile" });
    const version = object.metadata?.resourceVersion ?? "";
    const second = await watch(place, "&fieldSelector=metadata.name%3Dit", { version });
    const { type } = await second.until((event) => event.object.metadata?.labels?.["broken"] === "meanwhile");
    second.end();
    return type;
  },
  "a watch by a label that a pod is given and loses": async (place) => {
    const watching = await watch(place, "&labelSelector=tailed%3Dyes");
    await label(place, { tailed: "yes" });
    const added = await watching.until(() => true);
    await label(place, { tailed: null });
    const deleted = await watching.until(() => true);
    watching.end();
    return [added.type, deleted.type];
  },
  "a watch that ends by its time": async (place) => {
    const watching = await watch(place, "&timeoutSeconds=2&fieldSelector=metadata.name%3Dnone");
    return watching.ended();
  },
  "logs of pods by a label, each followed with times": async (place) => {
    const { body } = await answered(place, `${pods(place)}?labelSelector=app%3Dit`);
    const { items } = JSON.parse(body) as { items: { metadata: { name: string } }[] };
    const names = items.map(({ metadata }) => metadata.name).toSorted();
    const read = names.map(async (name) => {
      const query = "container=main&follow=true&timestamps=true&sinceSeconds=172800";
      const [line = ""] = await linesOf(await opened(place, `${pods(place)}/${name}/log?${query}`), 1);
      return [name, TIMED.test(line), line.replace(TIMED, "")];
    });
    return Promise.all(read);
  },
  "the end of a log as a view of it asks": async (place) => {
    const query = "container=main&tailLines=1&timestamps=true&limitBytes=500000";
    const { status, body } = await answered(place, `${pods(place)}/it/log?${query}`);
    return [status, TIMED.test(body), body.replace(TIMED, "")];
  },
  "what one may do": (place) => mayDo(place, ["pods/exec", "pods/log", "pods/portforward", "nodes"]),
  "a WebSocket through the proxy of a pod": (place) => socketAt(place, `${pods(place)}/it:8090/proxy/ws`),
  "a WebSocket through the proxy of a Service": (place) =>
    socketAt(place, `/api/v1/namespaces/${place.namespace}/services/odd:8090/proxy/ws`),
  "a WebSocket that is refused": (place) => socketAt(place, `${pods(place)}/it:8090/proxy/none`),
  "a WebSocket to where nobody listens": (place) => socketAt(place, `${pods(place)}/it:81/proxy/ws`),
  ...Object.fromEntries(
    [
      "/page",
      "page?a=b",
      "http://it:8090/page",
      "https://other.example/page",
      "//other.example/page",
      "../up",
    ].map((to) => [
      `a redirect to ${to}`,
      async (place: Place) => {
        const ways = ["pods/it:8090", "services/odd:8090"].map(async (way) => {
          const path = `/api/v1/namespaces/${place.namespace}/${way}/proxy/to?${to}`;
          const { status, headers } = await answered(place, path);
          return [status, headers.location?.replace(new URL(serverOf(place)).host, "SERVER")];
        });
        return Promise.all(ways);
      },
    ]),
  ),
};

function pods({ namespace }: Place): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

/** Of the one pod that stays. */
function own(place: Place): string {
  return `${pods(place)}?labelSelector=app%3Dit`;
}

function serverOf({ config }: Place): string {
  return config.getCurrentCluster()?.server ?? "";
}

/** What of a table does not differ from one cluster to the next. */
function shapeOf({ kind, columnDefinitions, rows = [] }: TableAnswer): object {
  const told = rows.map(({ cells, object }) => ({
    cells: cells.slice(0, 3),
    kind: object?.kind,
    version: object?.apiVersion,
    name: object?.metadata?.name,
  }));
  return {
    kind,
    columns: columnDefinitions?.map(({ name, type, priority }) => [name, type, priority]),
    rows: told.toSorted((one, other) => String(one.cells[0]).localeCompare(String(other.cells[0]))),
  };
}

async function mayDo(place: Place, resources: string[]): Promise<unknown> {
  const asks = resources.map(async (full) => {
    const [resource, subresource] = full.split("/");
    const { namespace } = place;
    const resourceAttributes = { namespace, verb: "create", resource, ...(subresource && { subresource }) };
    const review = { kind: "SelfSubjectAccessReview", apiVersion: "authorization.k8s.io/v1" };
    const { status, body } = await answered(place, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      method: "POST",
      body: { ...review, spec: { resourceAttributes } },
    });
    return [full, status, (JSON.parse(body) as { status: { allowed: boolean } }).status.allowed];
  });
  return Promise.all(asks);
}

async function label(place: Place, labels: Record<string, string | null>): Promise<void> {
  const type = "application/merge-patch+json";
  await answered(place, `${pods(place)}/it`, { method: "PATCH", type, body: { metadata: { labels } } });
}

interface Watching {
  /** The next event of which it is so. */
  until: (isIt: (event: WatchEvent) => boolean) => Promise<WatchEvent>;
  /** Resolves with how many events came until the server ended it. */
  ended: () => Promise<number>;
  end: () => void;
}

async function watch(
  place: Place,
  query: string,
  { accept, version }: { accept?: string; version?: string } = {},
): Promise<Watching> {
  const { body } = await answered(place, pods(place));
  const { metadata } = JSON.parse(body) as { metadata: { resourceVersion: string } };
  const path = `${pods(place)}?watch=true&resourceVersion=${version ?? metadata.resourceVersion}${query}`;
  const response = await opened(place, path, accept === undefined ? {} : { accept });
  const events: WatchEvent[] = [];
  let wake: (() => void) | undefined;
  const lines = createInterface({ input: response });
  lines.on("line", (line) => {
    events.push(JSON.parse(line) as WatchEvent);
    wake?.();
  });
  let count = 0;
  const ended = new Promise<number>((resolve) => lines.once("close", () => resolve(count + events.length)));
  const next = async (isIt: (event: WatchEvent) => boolean): Promise<WatchEvent> => {
    for (;;) {
      const event = events.shift();
      if (event === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else {
        count += 1;
        if (isIt(event)) return event;
      }
    }
  };
  return {
    until: (isIt) => inTime(next(isIt)),
    ended: () => inTime(ended),
    end: () => void response.destroy(),
  };
}

/** How a WebSocket to the path begins: the first message and its protocol, or what is answered in its place. */
async function socketAt(place: Place, path: string): Promise<unknown> {
  const options = { perMessageDeflate: false };
  await place.config.applyToHTTPSOptions(options);
  const socket = new WebSocket(`${serverOf(place).replace(/^http/, "ws")}${path}`, "chat", options);
  return inTime(
    new Promise((resolve, reject) => {
      socket.once("unexpected-response", (_request, response) => {
        const told = response.toArray().then((pieces) => Buffer.concat(pieces as Buffer[]).toString());
        told.then(
          (text) =>
            resolve({ status: response.statusCode, told: text.trim().replaceAll(ADDRESS, "ADDRESS") }),
          reject,
        );
      });
      socket.once("message", (data) => {
        resolve({ said: (data as Buffer).toString(), protocol: socket.protocol });
        socket.terminate();
      });
      socket.once("error", reject);
    }),
  );
}

async function opened(place: Place, path: string, sent: Sent = {}): Promise<IncomingMessage> {
  const { method = "GET", accept = "application/json", body, type = "application/json" } = sent;
  const options: RequestOptions = { method, agent: false };
  await place.config.applyToHTTPSOptions(options);
  return inTime(
    new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(`${serverOf(place)}${path}`, options, resolve);
      asked.setHeader("accept", accept);
      if (body !== undefined) asked.setHeader("content-type", type);
      asked.once("error", reject);
      asked.end(body && JSON.stringify(body));
    }),
  );
}

async function answered(
  place: Place,
  path: string,
  sent: Sent = {},
): Promise<{ status: number | undefined; headers: IncomingMessage["headers"]; body: string }> {
  const response = await opened(place, path, sent);
  const pieces = (await response.toArray()) as Buffer[];
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces).toString() };
}

/** So many of its first lines; it is broken off then. */
async function linesOf(response: IncomingMessage, count: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: response })) if (lines.push(line) === count) break;
  response.destroy();
  return lines;
}

function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer came")), ANSWER_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
