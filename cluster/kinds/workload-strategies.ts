import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { setPodSpecDefaults } from "./pod-defaults.js";
import { validateCronJob } from "./cron-job-validation.js";
import type { KindStrategy } from "./strategy.js";
import { validateJob, validateJobUpdate } from "./job-validation.js";
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateReplicationController,
  validateSelectorUnchanged,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from "./workload-validation.js";

/** With a limit of its own for each index a Job has no other, which a real server writes as the greatest number there is. */
const MAX_INT32 = 2_147_483_647;

const REVISION = "deployment.kubernetes.io/revision";
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** Deployments, the sets, jobs and cron jobs. */
export const workloadStrategies: Record<string, KindStrategy> = {
  "apps/Deployment": {
    hasGeneration: true,
    countsAnnotations: (object, old) => !isDeepStrictEqual(ownAnnotations(object), ownAnnotations(old)),
    setDefaults: deploymentDefaults,
    validate: validateDeployment,
    validateUpdate: validateSelectorUnchanged,
  },
  "apps/ReplicaSet": {
    hasGeneration: true,
    setDefaults: (object) => withTemplate(object, (spec) => (spec["replicas"] ??= 1)),
    validate: validateReplicaSet,
    validateUpdate: validateSelectorUnchanged,
  },
  "/ReplicationController": {
    hasGeneration: true,
    setDefaults: replicationControllerDefaults,
    validate: validateReplicationController,
  },
  "apps/StatefulSet": {
    hasGeneration: true,
    setDefaults: statefulSetDefaults,
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
  },
  "apps/DaemonSet": {
    hasGeneration: true,
    prepareCreate: (object) => {
      object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: "1" };
    },
    setDefaults: daemonSetDefaults,
    validate: validateDaemonSet,
    validateUpdate: validateSelectorUnchanged,
  },
  "batch/Job": {
    hasGeneration: true,
    prepareCreate: selectOwnPods,
    setDefaults: jobDefaults,
    validate: validateJob,
    validateUpdate: validateJobUpdate,
  },
  "batch/CronJob": { hasGeneration: true, setDefaults: cronJobDefaults, validate: validateCronJob },
};

function withTemplate(object: ApiObject, setOwn: (spec: JsonObject) => void): void {
  const spec = object["spec"];
  if (!isRecord(spec)) return;
  setOwn(spec);
  const podSpec = recordAt(spec, "template.spec");
  if (podSpec !== undefined) setPodSpecDefaults(podSpec);
}

/** What a ReplicationController leaves out it takes from its template. */
function replicationControllerDefaults(object: ApiObject): void {
  withTemplate(object, (spec) => {
    spec["replicas"] ??= 1;
    const labels = labelsOfTemplate(spec);
    if (Object.keys(labels).length === 0) return;
    if (Object.keys(recordAt(spec, "selector") ?? {}).length === 0) spec["selector"] = { ...labels };
    if (Object.keys(object.metadata.labels ?? {}).length === 0) object.metadata.labels = labels;
  });
}

function deploymentDefaults(object: ApiObject): void {
  withTemplate(object, (spec) => {
    spec["replicas"] ??= 1;
    spec["revisionHistoryLimit"] ??= 10;
    spec["progressDeadlineSeconds"] ??= 600;
    const strategy = isRecord(spec["strategy"]) ? spec["strategy"] : {};
    spec["strategy"] = strategy;
    strategy["type"] ??= "RollingUpdate";
    if (strategy["type"] !== "RollingUpdate") return;
    strategy["rollingUpdate"] = {
      maxUnavailable: "25%",
      maxSurge: "25%",
      ...recordAt(strategy, "rollingUpdate"),
    };
  });
}

function statefulSetDefaults(object: ApiObject): void {
  withTemplate(object, (spec) => {
    spec["replicas"] ??= 1;
    spec["revisionHistoryLimit"] ??= 10;
    spec["podManagementPolicy"] ??= "OrderedReady";
    spec["persistentVolumeClaimRetentionPolicy"] = {
      whenDeleted: "Retain",
      whenScaled: "Retain",
      ...recordAt(spec, "persistentVolumeClaimRetentionPolicy"),
    };
    const strategy = isRecord(spec["updateStrategy"]) ? spec["updateStrategy"] : {};
    spec["updateStrategy"] = strategy;
    strategy["type"] ??= "RollingUpdate";
    if (strategy["type"] === "RollingUpdate") {
      strategy["rollingUpdate"] = { partition: 0, ...recordAt(strategy, "rollingUpdate") };
    }
    for (const claim of recordsAt(spec, "volumeClaimTemplates")) claimTemplateDefaults(claim);
  });
}

function claimTemplateDefaults(claim: JsonObject): void {
  claim["apiVersion"] ??= "v1";
  claim["kind"] ??= "PersistentVolumeClaim";
  const spec = recordAt(claim, "spec");
  if (spec !== undefined) spec["volumeMode"] ??= "Filesystem";
  claim["status"] = { phase: "Pending" };
}

function daemonSetDefaults(object: ApiObject): void {
  withTemplate(object, (spec) => {
    spec["revisionHistoryLimit"] ??= 10;
    const strategy = isRecord(spec["updateStrategy"]) ? spec["updateStrategy"] : {};
    spec["updateStrategy"] = strategy;
    strategy["type"] ??= "RollingUpdate";
    if (strategy["type"] === "RollingUpdate") {
      strategy["rollingUpdate"] = { maxUnavailable: 1, maxSurge: 0, ...recordAt(strategy, "rollingUpdate") };
    }
  });
}

function jobDefaults(object: ApiObject): void {
  withTemplate(object, (spec) => {
    if (spec["completions"] === undefined && spec["parallelism"] === undefined) spec["completions"] = 1;
    spec["parallelism"] ??= 1;
    spec["backoffLimit"] ??= spec["backoffLimitPerIndex"] === undefined ? 6 : MAX_INT32;
    spec["completionMode"] ??= "NonIndexed";
    spec["suspend"] ??= false;
    spec["manualSelector"] ??= false;
    object.metadata.labels ??= labelsOfTemplate(spec);
    const rules = recordsAt(spec, "podFailurePolicy.rules");
    for (const condition of rules.flatMap((rule) => recordsAt(rule, "onPodConditions")))
      condition["status"] ??= "True";
    spec["podReplacementPolicy"] ??= isRecord(spec["podFailurePolicy"]) ? "Failed" : "TerminatingOrFailed";
  });
}

/** Without the one the controller writes, in a real cluster by way of the status. */
function ownAnnotations({ metadata }: ApiObject): Record<string, string> {
  const { [REVISION]: _, ...annotations } = metadata.annotations ?? {};
  return annotations;
}

function labelsOfTemplate(spec: JsonObject): Record<string, string> {
  return { ...(recordAt(spec, "template.metadata.labels") as Record<string, string> | undefined) };
}

function cronJobDefaults(object: ApiObject): void {
  const spec = object["spec"];
  if (!isRecord(spec)) return;
  spec["concurrencyPolicy"] ??= "Allow";
  spec["suspend"] ??= false;
  spec["successfulJobsHistoryLimit"] ??= 3;
  spec["failedJobsHistoryLimit"] ??= 1;
  const podSpec = recordAt(spec, "jobTemplate.spec.template.spec");
  if (podSpec !== undefined) setPodSpecDefaults(podSpec);
}

/** A job that brings no selector selects the pods that carry its uid. */
function selectOwnPods(job: ApiObject): void {
  const spec = job["spec"];
  if (!isRecord(spec) || spec["manualSelector"] === true) return;
  const { uid = "", name = "" } = job.metadata;
  const selector = isRecord(spec["selector"]) ? spec["selector"] : {};
  const matchLabels = { ...recordAt(selector, "matchLabels"), "batch.kubernetes.io/controller-uid": uid };
  spec["selector"] = { ...selector, matchLabels };
  const template = isRecord(spec["template"]) ? spec["template"] : {};
  const metadata = isRecord(template["metadata"]) ? template["metadata"] : {};
  spec["template"] = template;
  template["metadata"] = metadata;
  metadata["labels"] = {
    ...recordAt(metadata, "labels"),
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
}
