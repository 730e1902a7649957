import { createHash } from "node:crypto";
import { asText, numberAt, recordAt, recordsAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { VolumeSpec } from "../containers/container-runtime.js";
import { hasRealContainers } from "../node/played-pods.js";
import { volumesOf } from "../node/volume-files.js";
import type { Controller, ControllerContext } from "./controller.js";
import type { RealContainers } from "./kubelet.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Pod } from "./object-kinds.js";
import { hasVolumes } from "./pod-status.js";
import { configMaps, pods, secrets } from "./resource-refs.js";
import { mountProblem } from "./start-problems.js";
import type { WorkQueue } from "./work-queue.js";

/** Of a token's time, as a kubelet has it: what is left is for those who have read it a while ago. */
const RENEWED_AT = 0.8;
/** Seconds, where a volume names none. */
const TOKEN_SECONDS = 3600;

/** What is known of a pod's volumes: of what their files are, and when a token of theirs is to be another. */
interface Known {
  versions: Map<string, string>;
  /** Labels and annotations, which files may hold. */
  metadata: string;
  renewMs: number;
}

/**
 * Plays what a kubelet does about volumes of pods that run: files follow their ConfigMaps, Secrets and the pod's own labels and
 * annotations, and tokens are renewed. A file that is mounted by itself, by `subPath`, stays as it was.
 */
export function createVolumeUpdates(
  context: ControllerContext,
  containers: Pick<RealContainers, "runtime" | "podToken">,
): Controller {
  const { api } = context;
  const updates = new VolumeUpdates(context, containers);
  const users = (kind: "configMap" | "secret", object: ApiObject): string[] =>
    api
      .index(pods, inNamespace)
      .get(namespaceOf(object))
      .filter((pod) => uses(pod as Pod, kind, nameOf(object)))
      .map(keyOf);
  return {
    name: "volume-updates",
    watch: (queue) => [
      api.watch(pods, ({ type, object }) => {
        if (type === "DELETED") updates.forget(object);
        else if (!updates.isUpToDate(object)) queue.add(keyOf(object));
      }),
      api.watch(configMaps, ({ object }) => users("configMap", object).forEach((key) => queue.add(key))),
      api.watch(secrets, ({ object }) => users("secret", object).forEach((key) => queue.add(key))),
      // Those that start again get what is there then.
      containers.runtime.onLost(() => updates.forgetAll()),
    ],
    reconcile: (key, queue) => updates.sync(key, queue),
  };
}

class VolumeUpdates {
  readonly #context: ControllerContext;
  readonly #containers: Pick<RealContainers, "runtime" | "podToken">;
  /** By uid. */
  readonly #known = new Map<string, Known>();

  constructor(context: ControllerContext, containers: Pick<RealContainers, "runtime" | "podToken">) {
    this.#context = context;
    this.#containers = containers;
  }

  forget({ metadata }: ApiObject): void {
    this.#known.delete(metadata.uid ?? "");
  }

  forgetAll(): void {
    this.#known.clear();
  }

  /** Whether nothing of the pod itself has changed that its files may hold. */
  isUpToDate(pod: ApiObject): boolean {
    return this.#known.get(pod.metadata.uid ?? "")?.metadata === metadataOf(pod);
  }

  async sync(key: string, queue: WorkQueue): Promise<void> {
    const { api, clock } = this.#context;
    const pod = api.find(pods, locationOfKey(key)) as Pod | undefined;
    if (pod === undefined || !this.#isFollowed(pod)) return;
    // What a pod has stays where something that it was made from is gone.
    if (mountProblem(api, pod) !== undefined) return;
    const uid = pod.metadata.uid ?? "";
    const nowMs = clock.now().getTime();
    const before = this.#known.get(uid);
    const dueMs = before?.renewMs ?? renewalAfter(pod, Date.parse(pod.status?.startTime ?? "") || nowMs);
    const isDue = dueMs <= nowMs;
    const next: Known = {
      versions: new Map(before?.versions),
      metadata: metadataOf(pod),
      renewMs: isDue ? renewalAfter(pod, nowMs) : dueMs,
    };
    const volumes = this.#changed(pod, next.versions, isDue);
    if (volumes.length > 0) await this.#containers.runtime.updateVolumes(uid, volumes);
    this.#known.set(uid, next);
    if (Number.isFinite(next.renewMs)) queue.addAfter(key, next.renewMs - nowMs);
  }

  /** Volumes that are another than they were, whose versions are taken note of; of those with tokens, also what is due. */
  #changed(pod: Pod, versions: Map<string, string>, isDue: boolean): VolumeSpec[] {
    const { api } = this.#context;
    const { podToken } = this.#containers;
    const address = pod.status?.podIP ?? "";
    const withTokens = new Set(volumesWithTokens(pod).map(({ name }) => asText(name)));
    const names = new Set<string>();
    for (const volume of volumesOf({ api, podToken: () => "" }, pod, address)) {
      if (volume.files === undefined) continue;
      const version = versionOf(volume);
      const known = versions.get(volume.name);
      versions.set(volume.name, version);
      const hasToken = withTokens.has(volume.name);
      // One that was not looked at before may have changed since the pod began.
      const isOther = known === undefined ? !hasToken : known !== version;
      if (isOther || (isDue && hasToken)) names.add(volume.name);
    }
    if (names.size === 0) return [];
    return volumesOf({ api, podToken }, pod, address).filter(({ name }) => names.has(name));
  }

  #isFollowed(pod: Pod): boolean {
    const { api, simulated } = this.#context;
    const phase = pod.status?.phase;
    return (
      pod.metadata.deletionTimestamp === undefined &&
      (phase === "Running" || phase === "Pending") &&
      hasVolumes(pod) &&
      simulated.has(pod.spec.nodeName) &&
      hasRealContainers(this.#containers.runtime, api, pod)
    );
  }
}

function inNamespace(pod: ApiObject): string[] {
  return [namespaceOf(pod)];
}

function metadataOf({ metadata: { labels, annotations } }: ApiObject): string {
  return JSON.stringify([labels, annotations]);
}

function versionOf({ files = [] }: VolumeSpec): string {
  const hash = createHash("sha256");
  for (const { path, mode, content } of files) {
    hash.update(JSON.stringify([path, mode, content.length]));
    hash.update(content);
  }
  return hash.digest("base64");
}

/** Whether a volume of the pod has files of the object. */
function uses(pod: Pod, kind: "configMap" | "secret", name: string): boolean {
  return recordsAt(pod.spec, "volumes")
    .flatMap((volume) => [volume, ...sourcesOf(volume)])
    .some((source) => {
      const of = recordAt(source, kind);
      return of !== undefined && (asText(of["name"]) || asText(of["secretName"])) === name;
    });
}

function sourcesOf(volume: JsonObject): JsonObject[] {
  return recordsAt(recordAt(volume, "projected"), "sources");
}

function volumesWithTokens(pod: Pod): JsonObject[] {
  return recordsAt(pod.spec, "volumes").filter((volume) =>
    sourcesOf(volume).some((source) => recordAt(source, "serviceAccountToken") !== undefined),
  );
}

/** When the first of the pod's tokens is to be renewed that were made then; never where it has none. */
function renewalAfter(pod: Pod, madeMs: number): number {
  const seconds = volumesWithTokens(pod)
    .flatMap(sourcesOf)
    .flatMap((source) => {
      const token = recordAt(source, "serviceAccountToken");
      return token === undefined ? [] : [numberAt(token, "expirationSeconds", TOKEN_SECONDS)];
    });
  return madeMs + Math.min(...seconds) * 1000 * RENEWED_AT;
}
