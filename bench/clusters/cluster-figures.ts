import { missingForControlPlane } from "../../test/kubernetes/control-plane/requirements.js";
import type { Figure } from "../figure.js";
import type { ApiServer } from "./api-servers.js";
import { withEmbedded, withReal } from "./api-servers.js";
import { memoryOfUpdates } from "./large-updates.js";
import type { ManyObjects } from "./many-objects.js";
import { measureManyObjects } from "./many-objects.js";
import { timeToReady } from "./replicas.js";
import { watcherLatency } from "./watcher-latency.js";

const OBJECTS = 10_000;
const WATCHERS = 200;
const CHANGES = 100;
const REPLICAS = 900;
const UPDATES = 300;
/** After which an idle cluster has done what it does at its start. */
const SETTLE_MS = 5000;

interface Compared extends ManyObjects {
  latency: number;
}

let compared: Promise<{ embedded: Compared; real: Compared }> | undefined;

/** The embedded cluster beside a real control plane, both on this machine one after the other. */
export function clusterFigures(): Figure[] {
  return [
    ratio(`list of ${OBJECTS} objects, embedded / real`, 1, "list", "ms"),
    ratio(`first 500 of ${OBJECTS} objects, embedded / real`, 1, "page", "ms"),
    ratio(`p99 of ${WATCHERS} watchers, embedded / real`, 1, "latency", "ms"),
    createsRatio(),
    servicesRatio(),
    embeddedOnly(
      `memory of ${UPDATES} updates of 1 MB`,
      80,
      "resident bytes after, less those before",
      (server) => memoryOfUpdates(server, UPDATES),
    ),
    embeddedOnly(
      "idle memory of the embedded cluster",
      90,
      `resident bytes ${SETTLE_MS / 1000} s after its start`,
      idle,
    ),
  ];
}

function ratio(name: string, bound: number, what: keyof Compared, unit: string): Figure {
  let values: number[] = [];
  return {
    name,
    unit: "x",
    bound,
    method: "medians; real API server and etcd in the same run",
    detail: () => values.map((value) => `${value.toFixed(1)} ${unit}`).join(" / "),
    missing: missingForControlPlane,
    async measure() {
      const { embedded, real } = await comparison();
      values = [embedded[what], real[what]];
      return embedded[what] / real[what];
    },
  };
}

function createsRatio(): Figure {
  const figure = ratio("creates, real / embedded", 0.5, "createsPerSecond", "a second");
  return {
    ...figure,
    method: "16 writers, ConfigMaps of 1 kB, each answered when it is on disk",
    measure: async () => 1 / (await figure.measure()),
  };
}

function servicesRatio(): Figure {
  let values: number[] = [];
  return {
    name: `${REPLICAS} replicas behind a Service / without`,
    unit: "x",
    bound: 1.3,
    method: "until all are available and listed, embedded cluster",
    detail: () => values.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(" / "),
    async measure() {
      const without = await replicasTime(false);
      const behind = await replicasTime(true);
      values = [behind, without];
      return behind / without;
    },
  };
}

function replicasTime(hasService: boolean): Promise<number> {
  return withEmbedded((server) => timeToReady(server, REPLICAS, hasService));
}

function embeddedOnly(
  name: string,
  bound: number,
  method: string,
  take: (server: ApiServer) => Promise<number>,
): Figure {
  return { name, unit: "MB", bound, method, measure: () => withEmbedded(take) };
}

async function idle({ residentBytes = () => Number.NaN }: ApiServer): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return residentBytes() / 1e6;
}

function comparison(): Promise<{ embedded: Compared; real: Compared }> {
  compared ??= (async () => ({ embedded: await withEmbedded(measure), real: await withReal(measure) }))();
  return compared;
}

async function measure(server: ApiServer): Promise<Compared> {
  const latency = await watcherLatency(server, WATCHERS, CHANGES);
  return { latency, ...(await measureManyObjects(server, OBJECTS)) };
}
