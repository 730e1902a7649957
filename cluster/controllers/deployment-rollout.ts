import type { WriteOptions } from "../api/service.js";
import { StatusError } from "../api/status.js";
import { findCondition, withCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { ControllerContext } from "./controller.js";
import type { ReplicaSets } from "./deployment-replicas.js";
import {
  currentSize,
  isRollingUpdate,
  proportionalSizes,
  replicasOf,
  smallerSizes,
  sumOf,
} from "./deployment-replicas.js";
import {
  annotationsOf,
  currentRevision,
  isScaled,
  newReplicaSet,
  REVISION,
  sizeAnnotations,
  sortOut,
  surplusHistory,
} from "./deployment-revisions.js";
import {
  deadlineInMs,
  deploymentStatus,
  hasDeadline,
  isComplete,
  newCondition,
  pauseConditions,
} from "./deployment-status.js";
import type { EventRecorder } from "./event-recorder.js";
import { isSameJson } from "./json-equality.js";
import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from "./object-kinds.js";
import { keyOf, locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import { claimOwned, controllerOf } from "./owner-references.js";
import { messageOf } from "./pod-control.js";
import { deployments, pods, replicaSets, statusOf } from "./resource-refs.js";
import { isSameTemplate } from "./template-hash.js";
import type { WorkQueue } from "./work-queue.js";

/** One look at one deployment: at most one step of its rollout, then its status. */
export class Rollout {
  readonly #context: ControllerContext;
  readonly #recorder: EventRecorder;
  readonly #writes: WriteOptions;
  readonly #deployment: Deployment;

  constructor(
    context: ControllerContext,
    recorder: EventRecorder,
    writes: WriteOptions,
    deployment: Deployment,
  ) {
    this.#context = context;
    this.#recorder = recorder;
    this.#writes = writes;
    this.#deployment = deployment;
  }

  async sync(queue: WorkQueue): Promise<void> {
    const sets = sortOut(this.#deployment, await this.#claim());
    if (this.#deployment.metadata.deletionTimestamp === undefined) {
      const pause = pauseConditions(this.#deployment, this.#context.clock.now());
      if (pause !== undefined) return this.#writeConditions(pause);
      if (await this.#step(sets)) return;
    }
    await this.#writeStatus(deploymentStatus(this.#deployment, sets, this.#context.clock.now()), queue);
  }

  async #claim(): Promise<ReplicaSet[]> {
    const { selector } = this.#deployment.spec;
    const options = {
      api: this.#context.api,
      ref: replicaSets,
      owner: this.#deployment,
      selector,
      writes: this.#writes,
    };
    return (await claimOwned(options)) as ReplicaSet[];
  }

  /** True when something was changed whose event will bring us back here. */
  async #step(sets: ReplicaSets): Promise<boolean> {
    if (this.#deployment.spec.paused === true || isScaled(this.#deployment, sets)) {
      return this.#resize(proportionalSizes(this.#deployment, sets));
    }
    return isRollingUpdate(this.#deployment) ? this.#roll(sets) : this.#recreate(sets);
  }

  async #roll(sets: ReplicaSets): Promise<boolean> {
    if (await this.#bringUpCurrent(sets)) return true;
    const { current } = sets;
    if (current === undefined) return false;
    if (await this.#resize(new Map([[current, currentSize(this.#deployment, sets)]]))) return true;
    if (await this.#resize(smallerSizes(this.#deployment, sets))) return true;
    await this.#cleanUp(sets);
    return false;
  }

  async #recreate(sets: ReplicaSets): Promise<boolean> {
    if (await this.#resize(new Map(sets.old.map((set) => [set, 0])))) return true;
    if (this.#hasPods(sets.old)) return false;
    if (await this.#bringUpCurrent(sets)) return true;
    if (sets.current === undefined) return false;
    if (await this.#resize(new Map([[sets.current, replicasOf(this.#deployment)]]))) return true;
    await this.#cleanUp(sets);
    return false;
  }

  #hasPods(old: ReplicaSet[]): boolean {
    const uids = new Set(old.map((set) => set.metadata.uid));
    return this.#context.api.list(pods, { namespace: namespaceOf(this.#deployment) }).some((pod) => {
      const phase = (pod["status"] as { phase?: string } | undefined)?.phase;
      return uids.has(controllerOf(pod)?.uid) && phase !== "Succeeded" && phase !== "Failed";
    });
  }

  /** Creates the ReplicaSet of the present template, or brings its annotations and the revision up to date. */
  async #bringUpCurrent(sets: ReplicaSets): Promise<boolean> {
    const { current } = sets;
    if (current === undefined) return this.#create(sets);
    const revision = currentRevision(sets);
    const known = current.metadata.annotations ?? {};
    const annotations = annotationsOf(this.#deployment, known, revision);
    const { minReadySeconds } = this.#deployment.spec;
    if (!isSameJson(annotations, known) || (minReadySeconds ?? 0) !== (current.spec.minReadySeconds ?? 0)) {
      const next = structuredClone(current);
      next.metadata.annotations = annotations;
      if (minReadySeconds === undefined) delete next.spec.minReadySeconds;
      else next.spec.minReadySeconds = minReadySeconds;
      await this.#context.api.update(replicaSets, next, this.#writes);
      return true;
    }
    if (await this.#writeRevision(revision)) return true;
    const conditions = this.#deployment.status?.conditions;
    if (!hasDeadline(this.#deployment) || findCondition(conditions, "Progressing") !== undefined)
      return false;
    await this.#writeConditions(
      this.#progressing("FoundNewReplicaSet", `Found new replica set "${nameOf(current)}"`),
    );
    return true;
  }

  async #create(sets: ReplicaSets): Promise<boolean> {
    const replicaSet = newReplicaSet(this.#deployment, sets);
    const name = nameOf(replicaSet);
    try {
      await this.#context.api.create(replicaSets, namespaceOf(this.#deployment), replicaSet, this.#writes);
    } catch (error) {
      await this.#explainFailure(replicaSet, error);
      throw error;
    }
    this.#recordScaling(name, 0, replicasOf(replicaSet));
    await this.#writeRevision(currentRevision(sets));
    if (hasDeadline(this.#deployment)) {
      await this.#writeConditions(
        this.#progressing("NewReplicaSetCreated", `Created new replica set "${name}"`),
      );
    }
    return true;
  }

  async #explainFailure(replicaSet: ReplicaSet, error: unknown): Promise<void> {
    const name = nameOf(replicaSet);
    if (error instanceof StatusError && error.reason === "AlreadyExists") {
      const existing = this.#context.api.find(replicaSets, locationOfObject(replicaSet)) as
        | ReplicaSet
        | undefined;
      if (existing !== undefined && isSameTemplate(existing.spec.template, replicaSet.spec.template)) return;
      const collisionCount = (this.#deployment.status?.collisionCount ?? 0) + 1;
      await this.#patchStatus({ ...this.#deployment.status, collisionCount });
      return;
    }
    const message = `Failed to create new replica set "${name}": ${messageOf(error)}`;
    this.#recorder.record(this.#deployment, { type: "Warning", reason: "ReplicaSetCreateError", message });
    if (hasDeadline(this.#deployment)) {
      await this.#writeConditions(this.#progressing("ReplicaSetCreateError", message, "False"));
    }
  }

  #progressing(reason: string, message: string, status: Condition["status"] = "True"): Condition[] {
    const now = timestampOf(this.#context.clock.now());
    const condition = { ...newCondition("Progressing", status, now), reason, message };
    return withCondition(this.#deployment.status?.conditions, condition);
  }

  async #resize(sizes: Map<ReplicaSet, number>): Promise<boolean> {
    let hasChanged = false;
    for (const [replicaSet, size] of sizes) {
      const from = replicasOf(replicaSet);
      const annotations = { ...replicaSet.metadata.annotations, ...sizeAnnotations(this.#deployment) };
      if (size === from && (size === 0 || isSameJson(annotations, replicaSet.metadata.annotations))) continue;
      const next = structuredClone(replicaSet);
      next.spec.replicas = size;
      next.metadata.annotations = annotations;
      await this.#context.api.update(replicaSets, next, this.#writes);
      this.#recordScaling(nameOf(replicaSet), from, size);
      hasChanged = true;
    }
    return hasChanged;
  }

  #recordScaling(name: string, from: number, to: number): void {
    if (from === to) return;
    const message = `Scaled ${to > from ? "up" : "down"} replica set ${name} from ${from} to ${to}`;
    this.#recorder.record(this.#deployment, { type: "Normal", reason: "ScalingReplicaSet", message });
  }

  async #cleanUp(sets: ReplicaSets): Promise<void> {
    if (!isComplete(this.#deployment, sets) || sumOf(sets.old, replicasOf) > 0) return;
    for (const replicaSet of surplusHistory(this.#deployment, sets)) {
      await this.#context.api.delete(replicaSets, locationOfObject(replicaSet), this.#writes);
    }
  }

  async #writeRevision(revision: number): Promise<boolean> {
    const text = String(revision);
    if (this.#deployment.metadata.annotations?.[REVISION] === text) return false;
    const body = { metadata: { annotations: { [REVISION]: text } } };
    const at = locationOfObject(this.#deployment);
    await this.#context.api.patch(deployments, at, { type: "merge", body }, this.#writes);
    return true;
  }

  async #writeConditions(conditions: Condition[]): Promise<void> {
    await this.#patchStatus({ ...this.#deployment.status, conditions });
  }

  async #writeStatus(status: DeploymentStatus, queue: WorkQueue): Promise<void> {
    const { clock } = this.#context;
    const deadline = deadlineInMs(this.#deployment, status, clock.now());
    if (deadline !== undefined) queue.addAfter(keyOf(this.#deployment), deadline + 1000);
    if (isSameJson(status, this.#deployment.status)) return;
    const next = { ...structuredClone(this.#deployment), status };
    await this.#context.api.update(statusOf(deployments), next, this.#writes);
  }

  async #patchStatus(status: DeploymentStatus): Promise<void> {
    const at = locationOfObject(this.#deployment);
    await this.#context.api.patch(
      statusOf(deployments),
      at,
      { type: "merge", body: { status } },
      this.#writes,
    );
  }
}
