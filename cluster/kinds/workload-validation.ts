import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel } from "../validation/names.js";
import { isNothing, notAboveAll, notNegative, validateCountOrPercent } from "./number-rules.js";
import { goSelector, validateLabelSelector } from "./selector-validation.js";
import { validateClaimSpec } from "./storage-validation.js";
import { validateTemplate } from "./template-validation.js";
import { unchanged } from "./unchanged.js";

export function validateDeployment(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors);
  const strategy = recordAt(object, "spec.strategy");
  const type = asText(strategy?.["type"]);
  if (!["Recreate", "RollingUpdate"].includes(type)) {
    const given = { Type: type, RollingUpdate: strategy?.["rollingUpdate"] ?? null };
    errors.unsupported("spec.strategy", given, ["Recreate", "RollingUpdate"]);
  }
  if (strategy?.["type"] === "Recreate" && strategy["rollingUpdate"] !== undefined) {
    errors.forbidden(
      "spec.strategy.rollingUpdate",
      "may not be specified when strategy `type` is 'Recreate'",
    );
  }
  const rolling = strategy?.["type"] === "RollingUpdate" ? recordAt(strategy, "rollingUpdate") : undefined;
  if (rolling !== undefined) validateRollingUpdate(rolling, errors);
  notNegativeAt(object, "spec.revisionHistoryLimit", errors);
  const deadline = valueAt(object, "spec.progressDeadlineSeconds");
  notNegative(deadline, "spec.progressDeadlineSeconds", errors);
  if (typeof deadline === "number" && deadline <= numberAt(object, "spec.minReadySeconds")) {
    errors.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
  }
}

function validateRollingUpdate({ maxSurge, maxUnavailable }: JsonObject, errors: FieldErrors): void {
  const path = "spec.strategy.rollingUpdate";
  validateCountOrPercent(maxUnavailable, `${path}.maxUnavailable`, errors);
  validateCountOrPercent(maxSurge, `${path}.maxSurge`, errors);
  if (isNothing(maxUnavailable) && isNothing(maxSurge)) {
    errors.invalid(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0");
  }
  notAboveAll(maxUnavailable, `${path}.maxUnavailable`, errors);
}

export function validateReplicaSet(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors);
}

export function validateDaemonSet(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors, { kind: "DaemonSet" });
  const { type, rollingUpdate } = recordAt(object, "spec.updateStrategy") ?? {};
  if (type !== "RollingUpdate" && type !== "OnDelete") {
    const given = { Type: type ?? "", RollingUpdate: rollingUpdate ?? null };
    errors.unsupported("spec.updateStrategy", given, ["RollingUpdate", "OnDelete"]);
  }
  const { maxSurge, maxUnavailable } = recordAt(object, "spec.updateStrategy.rollingUpdate") ?? {};
  const path = "spec.updateStrategy.rollingUpdate";
  validateCountOrPercent(maxUnavailable, `${path}.maxUnavailable`, errors);
  validateCountOrPercent(maxSurge, `${path}.maxSurge`, errors);
  if (type === "RollingUpdate" && isNothing(maxUnavailable) && isNothing(maxSurge))
    errors.required(`${path}.maxUnavailable`, "cannot be 0 when maxSurge is 0");
  if (type === "RollingUpdate" && !isNothing(maxUnavailable) && !isNothing(maxSurge))
    errors.invalid(`${path}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero");
  notNegativeAt(object, "spec.revisionHistoryLimit", errors);
}

export function validateStatefulSet(object: ApiObject, errors: FieldErrors): void {
  const claims = recordsAt(object, "spec.volumeClaimTemplates").map((claim) =>
    textAt(claim, "metadata.name"),
  );
  validateTemplated(object, errors, { claims, kind: "StatefulSet" });
  validateStatefulStrategy(object, errors);
  const policy = valueAt(object, "spec.podManagementPolicy");
  if (policy !== "OrderedReady" && policy !== "Parallel") {
    errors.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
  }
  for (const field of ["whenDeleted", "whenScaled"]) {
    const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    const kept = textAt(object, path);
    if (!CLAIM_RETENTIONS.includes(kept)) errors.unsupported(path, kept, CLAIM_RETENTIONS);
  }
  notNegativeAt(object, "spec.ordinals.start", errors);
  const service = textAt(object, "spec.serviceName");
  if (service !== "") for (const text of dnsLabel(service)) errors.invalid("spec.serviceName", service, text);
  recordsAt(object, "spec.volumeClaimTemplates").forEach((claim, i) =>
    validateClaimSpec(recordAt(claim, "spec") ?? {}, `spec.volumeClaimTemplates[${i}].spec`, errors),
  );
}

export function validateSelectorUnchanged(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  unchanged(object, old, "spec.selector", errors);
}

function validateStatefulStrategy(object: ApiObject, errors: FieldErrors): void {
  const { type = "", rollingUpdate } = recordAt(object, "spec.updateStrategy") ?? {};
  const { partition, maxUnavailable } = isRecord(rollingUpdate) ? rollingUpdate : {};
  const path = "spec.updateStrategy";
  const given = { Partition: partition ?? 0, MaxUnavailable: maxUnavailable ?? null };
  if (type === "OnDelete" && rollingUpdate !== undefined)
    errors.invalid(`${path}.rollingUpdate`, given, "only allowed for updateStrategy 'RollingUpdate'");
  if (type !== "OnDelete" && type !== "RollingUpdate") {
    const strategy = { Type: type, RollingUpdate: rollingUpdate === undefined ? null : given };
    errors.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'");
  }
  if (type !== "RollingUpdate") return;
  notNegative(partition, `${path}.rollingUpdate.partition`, errors);
}

/** Adds what is wrong with a ReplicationController, whose selector is a map of labels. */
export function validateReplicationController(object: ApiObject, errors: FieldErrors): void {
  for (const field of ["minReadySeconds", "replicas"]) notNegativeAt(object, `spec.${field}`, errors);
  const selector = (recordAt(object, "spec.selector") ?? {}) as Record<string, string>;
  if (Object.keys(selector).length === 0) errors.required("spec.selector");
  const template = recordAt(object, "spec.template");
  if (template === undefined) return errors.required("spec.template");
  const labels = recordAt(template, "metadata.labels") as Record<string, string> | undefined;
  if (!labelSelectorMatcher({ matchLabels: selector })(labels))
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  validateTemplate(template, "spec.template", errors);
  const policy = textAt(template, "spec.restartPolicy");
  if (policy === "OnFailure" || policy === "Never")
    errors.unsupported("spec.template.spec.restartPolicy", policy, ["Always"]);
  if (valueAt(template, "spec.activeDeadlineSeconds") !== undefined)
    errors.forbidden(
      "spec.template.spec.activeDeadlineSeconds",
      "activeDeadlineSeconds in ReplicationController is not Supported",
    );
}

const CLAIM_RETENTIONS = ["Retain", "Delete"];
const STATEFUL_SET_MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

export function validateStatefulSetUpdate(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const fixed = (spec: unknown): unknown =>
    isRecord(spec)
      ? Object.fromEntries(Object.entries(spec).filter(([key]) => !STATEFUL_SET_MUTABLE.includes(key)))
      : spec;
  if (isDeepStrictEqual(fixed(object["spec"]), fixed(old["spec"]))) return;
  const names = STATEFUL_SET_MUTABLE.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
  errors.forbidden("spec", `updates to statefulset spec for fields other than ${list} are forbidden`);
}

function notNegativeAt(object: ApiObject, path: string, errors: FieldErrors): void {
  notNegative(valueAt(object, path), path, errors);
}

/** Adds what is wrong with the selector of the pods; false where nothing can be said of its template. */
function validateSelector(object: ApiObject, errors: FieldErrors): boolean {
  const field = "spec.selector";
  const selector = recordAt(object, field);
  const labels = recordAt(object, "spec.template.metadata.labels");
  const isDaemonSet = object.kind === "DaemonSet";
  if (selector === undefined && !isDaemonSet) errors.required(field);
  else if (selector !== undefined && Object.keys(selector).length === 0) {
    errors.invalid(field, selector, `empty selector is invalid for ${object.kind.toLowerCase()}`);
  }
  if (validateLabelSelector(selector, field, errors)) {
    const why = object.kind === "StatefulSet" ? "" : "invalid label selector";
    if (!isDaemonSet) errors.invalid(field, goSelector(selector ?? {}), why);
    return isDaemonSet;
  }
  if (!labelSelectorMatcher(selector)(labels as Record<string, string> | undefined))
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  return true;
}

/** What `validateTemplated` is told of a kind. */
interface Templated {
  /** Volumes that are added to each pod later. */
  claims?: string[];
  /** The kind a deadline of the pods is refused for, where it is not the object's own. */
  kind?: string;
}

/** The rules of everything with a selector and a pod template. */
function validateTemplated(
  object: ApiObject,
  errors: FieldErrors,
  { claims = [], kind = "ReplicaSet" }: Templated = {},
): void {
  for (const field of ["replicas", "minReadySeconds"]) notNegativeAt(object, `spec.${field}`, errors);
  if (!validateSelector(object, errors)) return;
  const template = recordAt(object, "spec.template");
  validateTemplate(template, "spec.template", errors, claims);
  const policy = textAt(template, "spec.restartPolicy");
  if (valueAt(template, "spec.activeDeadlineSeconds") !== undefined) {
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.forbidden("spec.template.spec.activeDeadlineSeconds", why);
  }
  if (policy === "OnFailure" || policy === "Never")
    errors.unsupported("spec.template.spec.restartPolicy", policy, ["Always"]);
}
