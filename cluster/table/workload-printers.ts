import { numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ageOf, humanDuration } from "./age.js";
import { containerCells, countOf, labelsText, NONE, objectAge, selectorText } from "./cells.js";
import type { PrintContext, Printer } from "./printers.js";

export const workloadPrinters: Record<string, Printer> = {
  "apps/Deployment": (object, context) => [
    object.metadata.name,
    `${numberAt(object, "status.readyReplicas")}/${numberAt(object, "spec.replicas")}`,
    numberAt(object, "status.updatedReplicas"),
    numberAt(object, "status.availableReplicas"),
    objectAge(object, context),
    ...templateCells(object),
    selectorText(valueAt(object, "spec.selector")),
  ],
  "apps/ReplicaSet": printReplicaSet,
  "/ReplicationController": printReplicaSet,
  "apps/StatefulSet": (object, context) => [
    object.metadata.name,
    `${numberAt(object, "status.readyReplicas")}/${numberAt(object, "spec.replicas")}`,
    objectAge(object, context),
    ...templateCells(object),
  ],
  "apps/DaemonSet": (object, context) => [
    object.metadata.name,
    numberAt(object, "status.desiredNumberScheduled"),
    numberAt(object, "status.currentNumberScheduled"),
    numberAt(object, "status.numberReady"),
    numberAt(object, "status.updatedNumberScheduled"),
    numberAt(object, "status.numberAvailable"),
    labelsText(valueAt(object, "spec.template.spec.nodeSelector")),
    objectAge(object, context),
    ...templateCells(object),
    selectorText(valueAt(object, "spec.selector")),
  ],
  "apps/ControllerRevision": (object, context) => {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const [group = ""] = (owner?.apiVersion ?? "").split("/");
    const name = owner && `${owner.kind.toLowerCase()}${group === "v1" ? "" : `.${group}`}/${owner.name}`;
    return [object.metadata.name, name ?? NONE, numberAt(object, "revision"), objectAge(object, context)];
  },
  "batch/Job": printJob,
  "batch/CronJob": printCronJob,
  "/PodTemplate": (object) => [
    object.metadata.name,
    ...containerCells(recordAt(object, "template.spec")),
    labelsText(valueAt(object, "template.metadata.labels")),
  ],
  "autoscaling/HorizontalPodAutoscaler": printAutoscaler,
};

function templateCells(object: ApiObject): [string, string] {
  return containerCells(recordAt(object, "spec.template.spec"));
}

function printReplicaSet(object: ApiObject, context: PrintContext): unknown[] {
  return [
    object.metadata.name,
    numberAt(object, "spec.replicas"),
    numberAt(object, "status.replicas"),
    numberAt(object, "status.readyReplicas"),
    objectAge(object, context),
    ...templateCells(object),
    selectorText(valueAt(object, "spec.selector")),
  ];
}

function printJob(job: ApiObject, context: PrintContext): unknown[] {
  const succeeded = numberAt(job, "status.succeeded");
  const completions = valueAt(job, "spec.completions");
  const parallelism = numberAt(job, "spec.parallelism");
  const whole =
    typeof completions === "number" ? String(completions) : parallelism > 1 ? `1 of ${parallelism}` : "1";
  return [
    job.metadata.name,
    jobStatus(job),
    `${succeeded}/${whole}`,
    jobDuration(job, context.now),
    objectAge(job, context),
    ...templateCells(job),
    selectorText(valueAt(job, "spec.selector")),
  ];
}

function jobStatus(job: ApiObject): string {
  const holds = (type: string): boolean =>
    recordsAt(job, "status.conditions").some((each) => each["type"] === type && each["status"] === "True");
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (holds("Suspended")) return "Suspended";
  if (holds("FailureTarget")) return "FailureTarget";
  return holds("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function jobDuration(job: ApiObject, now: number): string {
  const start = textAt(job, "status.startTime");
  if (start === "") return "";
  const end = textAt(job, "status.completionTime");
  const endMs = end === "" ? now : Date.parse(end);
  return humanDuration((endMs - Date.parse(start)) / 1000);
}

function printCronJob(object: ApiObject, context: PrintContext): unknown[] {
  const last = textAt(object, "status.lastScheduleTime");
  return [
    object.metadata.name,
    textAt(object, "spec.schedule"),
    textAt(object, "spec.timeZone") || NONE,
    valueAt(object, "spec.suspend") === true ? "True" : "False",
    countOf(valueAt(object, "status.active")),
    last === "" ? NONE : ageOf(last, context.now),
    objectAge(object, context),
    ...containerCells(recordAt(object, "spec.jobTemplate.spec.template.spec")),
    selectorText(valueAt(object, "spec.jobTemplate.spec.selector")),
  ];
}

function printAutoscaler(object: ApiObject, context: PrintContext): unknown[] {
  const targets = recordsAt(object, "spec.metrics").map((metric) => {
    const resource = recordAt(metric, "resource");
    const goal = numberAt(resource, "target.averageUtilization");
    return `${textAt(resource, "name")}: <unknown>/${goal}%`;
  });
  return [
    object.metadata.name,
    `${textAt(object, "spec.scaleTargetRef.kind")}/${textAt(object, "spec.scaleTargetRef.name")}`,
    targets.join(", ") || "<unknown>",
    textAt(object, "spec.minReplicas", "<unset>"),
    numberAt(object, "spec.maxReplicas"),
    numberAt(object, "status.currentReplicas"),
    objectAge(object, context),
  ];
}
