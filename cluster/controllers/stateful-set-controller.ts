import type { Controller, ControllerContext } from "./controller.js";
import { ensureRevision } from "./controller-revisions.js";
import { writesOf } from "./controller-user.js";
import type { EventRecorder } from "./event-recorder.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import type { Pod, StatefulSet } from "./object-kinds.js";
import { claimOwned, controllerKey, controllerReference } from "./owner-references.js";
import { messageOf } from "./pod-control.js";
import { availableInMs, isReadyPod } from "./pod-state.js";
import { pods, statefulSets, statusOf } from "./resource-refs.js";
import { claimName, StatefulSetClaims } from "./stateful-set-claims.js";
import type { WorkQueue } from "./work-queue.js";

const NAME = "statefulset-controller";
/** Pods made before the set is read again. */
const MAX_NEW_PODS = 100;
const REVISION_LABEL = "controller-revision-hash";

/** Keeps numbered pods, created from the first and removed from the last, each when its neighbour is ready. */
export function createStatefulSetController(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder(NAME);
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(statefulSets, ({ object }) => queue.add(keyOf(object))),
      api.watch(pods, ({ object }) => {
        const key = controllerKey(object, "StatefulSet");
        if (key !== undefined) queue.add(key);
      }),
    ],
    reconcile: async (key, queue) => {
      const set = api.find(statefulSets, locationOfKey(key)) as StatefulSet | undefined;
      if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
      await new Round(context, recorder, set).sync(queue);
    },
  };
}

class Round {
  readonly #context: ControllerContext;
  readonly #recorder: EventRecorder;
  readonly #set: StatefulSet;
  readonly #writes = writesOf(NAME);
  readonly #claims: StatefulSetClaims;

  constructor(context: ControllerContext, recorder: EventRecorder, set: StatefulSet) {
    this.#context = context;
    this.#recorder = recorder;
    this.#set = set;
    this.#claims = new StatefulSetClaims(context.api, set, this.#writes);
  }

  async sync(queue: WorkQueue): Promise<void> {
    const { api } = this.#context;
    const { selector } = this.#set.spec;
    const owned = await claimOwned({ api, ref: pods, owner: this.#set, selector, writes: this.#writes });
    const byOrdinal = new Map((owned as Pod[]).map((pod) => [ordinalOf(pod), pod]));
    const revision = `${nameOf(this.#set)}-${await ensureRevision(api, this.#set, this.#writes)}`;
    const isMore = await this.#step(byOrdinal, revision);
    if (isMore) queue.add(keyOf(this.#set));
    await this.#writeStatus([...byOrdinal.values()], revision, queue);
  }

  /**
   * With OrderedReady one pod at a time changes; each change brings us back for the next. Tells whether there is more to do at once:
   * whoever asks for billions of pods in parallel may change their mind meanwhile.
   */
  async #step(byOrdinal: Map<number, Pod>, revision: string): Promise<boolean> {
    const [start, end] = ordinalsOf(this.#set);
    const isOrdered = this.#set.spec.podManagementPolicy !== "Parallel";
    let changes = 0;
    for (let ordinal = start; ordinal < end; ordinal += 1) {
      const pod = byOrdinal.get(ordinal);
      if (pod !== undefined) await this.#claims.own(ordinal);
      if (pod === undefined) await this.#create(ordinal, revision);
      else if (isFinished(pod)) await this.#delete(pod);
      if (isOrdered && (pod === undefined || !isHealthy(pod))) return false;
      if (pod === undefined) changes += 1;
      if (changes >= MAX_NEW_PODS) return true;
    }
    const surplus = [...byOrdinal]
      .filter(([ordinal]) => ordinal < start || ordinal >= end)
      .toSorted(([a], [b]) => b - a);
    for (const [ordinal, pod] of surplus) {
      if (pod.metadata.deletionTimestamp === undefined) {
        await this.#claims.own(ordinal, pod);
        await this.#delete(pod);
      }
      if (isOrdered) return false;
    }
    await this.#replaceOne(byOrdinal, revision);
    return false;
  }

  async #replaceOne(byOrdinal: Map<number, Pod>, revision: string): Promise<void> {
    const { updateStrategy } = this.#set.spec;
    if (updateStrategy?.type === "OnDelete") return;
    const first = ordinalsOf(this.#set)[0] + (updateStrategy?.rollingUpdate?.partition ?? 0);
    const pending = [...byOrdinal].filter(([ordinal]) => ordinal >= first).toSorted(([a], [b]) => b - a);
    for (const [, pod] of pending) {
      if (pod.metadata.labels?.[REVISION_LABEL] !== revision) {
        if (pod.metadata.deletionTimestamp === undefined) await this.#delete(pod);
        return;
      }
      if (!isHealthy(pod)) return;
    }
  }

  async #create(ordinal: number, revision: string): Promise<void> {
    const name = `${nameOf(this.#set)}-${ordinal}`;
    try {
      await this.#claims.create(ordinal);
      const pod = podOf(this.#set, ordinal, revision);
      await this.#context.api.create(pods, namespaceOf(this.#set), pod, this.#writes);
      this.#record(
        "Normal",
        "SuccessfulCreate",
        `create Pod ${name} in StatefulSet ${nameOf(this.#set)} successful`,
      );
    } catch (error) {
      const subject = `Create Pod ${name} in StatefulSet ${nameOf(this.#set)} failed error`;
      this.#record("Warning", "FailedCreate", `${subject}: ${messageOf(error)}`);
      throw error;
    }
  }

  async #delete(pod: Pod): Promise<void> {
    await this.#context.api.delete(pods, locationOfObject(pod), this.#writes);
    const message = `delete Pod ${nameOf(pod)} in StatefulSet ${nameOf(this.#set)} successful`;
    this.#record("Normal", "SuccessfulDelete", message);
  }

  #record(type: "Normal" | "Warning", reason: string, message: string): void {
    const text = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
    this.#recorder.record(this.#set, { type, reason, message: reason === "FailedCreate" ? message : text });
  }

  async #writeStatus(owned: Pod[], revision: string, queue: WorkQueue): Promise<void> {
    const { api, clock } = this.#context;
    const { minReadySeconds = 0 } = this.#set.spec;
    const updated = owned.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === revision).length;
    const known = this.#set.status?.["currentRevision"];
    const isRolledOut =
      updated === (this.#set.spec.replicas ?? 1) && owned.length === updated && owned.every(isHealthy);
    const current = typeof known === "string" && known !== "" && !isRolledOut ? known : revision;
    const ofCurrent = owned.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === current).length;
    const waits = owned.map((pod) => availableInMs(pod, minReadySeconds, clock.now()));
    const counts = {
      readyReplicas: owned.filter(isReadyPod).length,
      currentReplicas: ofCurrent,
      updatedReplicas: updated,
    };
    const status = {
      observedGeneration: this.#set.metadata.generation ?? 1,
      replicas: owned.length,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      availableReplicas: waits.filter((wait) => wait === 0).length,
      currentRevision: current,
      updateRevision: revision,
      collisionCount: 0,
    };
    const later = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
    if (later.length > 0) queue.addAfter(keyOf(this.#set), Math.min(...later));
    if (isSameJson(status, this.#set.status)) return;
    await api.update(statusOf(statefulSets), { ...structuredClone(this.#set), status }, this.#writes);
  }
}

/** The first ordinal, and the one after the last. */
function ordinalsOf({ spec: { ordinals, replicas = 1 } }: StatefulSet): [number, number] {
  const start = ordinals?.start ?? 0;
  return [start, start + replicas];
}

function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(nameOf(pod))?.[1] ?? Number.NaN);
}

function isHealthy(pod: Pod): boolean {
  return isReadyPod(pod) && pod.metadata.deletionTimestamp === undefined;
}

function isFinished(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return (phase === "Failed" || phase === "Succeeded") && pod.metadata.deletionTimestamp === undefined;
}

function podOf(set: StatefulSet, ordinal: number, revision: string): Pod {
  const { template, serviceName, volumeClaimTemplates = [] } = set.spec;
  const name = `${nameOf(set)}-${ordinal}`;
  const claims = volumeClaimTemplates.map((claim) => ({
    name: nameOf(claim),
    persistentVolumeClaim: { claimName: claimName(set, nameOf(claim), ordinal) },
  }));
  const volumes = [...((template.spec["volumes"] ?? []) as object[]), ...claims];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      generateName: `${nameOf(set)}-`,
      ...(template.metadata?.annotations && { annotations: { ...template.metadata.annotations } }),
      labels: {
        ...template.metadata?.labels,
        "apps.kubernetes.io/pod-index": String(ordinal),
        [REVISION_LABEL]: revision,
        "statefulset.kubernetes.io/pod-name": name,
      },
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...structuredClone(template.spec),
      hostname: name,
      ...(serviceName ? { subdomain: serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}
