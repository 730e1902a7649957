import type { Condition } from "./condition.js";
import { type FieldTest, type NamedField, isNamed, isTestMet, valuesAt } from "./condition-field.js";
import { conditionText, countText, stillThereText, unmetText } from "./condition-words.js";
import { matchesLabels } from "./label-selector.js";
import { type Refusal, explainRefusal } from "./refusal.js";
import { WORKSPACE_LABEL } from "./session.js";

/** The part of a Kubernetes object that conditions look at. */
export interface ObservedObject {
  metadata?: {
    name?: string;
    labels?: Record<string, string>;
    deletionTimestamp?: unknown;
    generation?: number;
  };
  status?: {
    inForce?: boolean;
    observedGeneration?: number;
    phase?: string;
    replicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: { type?: string; status?: string }[];
  };
  data?: Record<string, string>;
  reason?: string;
  type?: string;
  message?: string;
  involvedObject?: { kind?: string; name?: string };
  spec?: { organization?: string; workspace?: string; name?: string; recipe?: string };
}

export interface ConditionVerdict {
  isMet: boolean;
  /** What was seen, and what would satisfy the condition. */
  detail: string;
}

/** Judges a condition over all objects of its kind in the namespace. */
export function judgeCondition(condition: Condition, objects: readonly ObservedObject[]): ConditionVerdict {
  const { isNegated, ...positive } = condition;
  const verdict = judgePositive(positive, objects);
  if (!isNegated) return verdict;
  return verdict.isMet
    ? { isMet: false, detail: `It still is so: ${verdict.detail}` }
    : { isMet: true, detail: conditionText(condition) };
}

function judgePositive(condition: Condition, objects: readonly ObservedObject[]): ConditionVerdict {
  const candidates = objects.filter((object) => isCandidate(condition, object));
  const selected = candidates.filter((object) => condition.fields.every((test) => isFieldMet(test, object)));
  if (condition.state === "absent") return absence(condition, selected);
  if (condition.count) {
    const { length } = selected.filter((object) => isInState(condition, object));
    return { isMet: isTestMet(condition.count, [String(length)]), detail: countText(condition, length) };
  }
  const met = selected.find((object) => isInState(condition, object));
  if (met) return { isMet: true, detail: describe(condition, met) };
  return { isMet: false, detail: shortfall(condition, { objects, candidates, selected }) };
}

function isCandidate(condition: Condition, object: ObservedObject): boolean {
  if (condition.name && nameOf(object) !== condition.name) return false;
  return !condition.selector || matchesLabels(condition.selector, object.metadata?.labels ?? {});
}

/** Policies are stored under names that hold their organization and workspace. */
function nameOf({ spec, metadata }: ObservedObject): string | undefined {
  return spec?.recipe === undefined ? metadata?.name : spec.name;
}

function isFieldMet(test: FieldTest, object: ObservedObject): boolean {
  return isTestMet(
    test,
    isNamed(test.field) ? fieldValues(test.field, object) : valuesAt(object, test.field),
  );
}

function fieldValues(field: NamedField, object: ObservedObject): string[] {
  if (field === "reason" || field === "type" || field === "message") return [object[field] ?? ""];
  if (field === "policy" || field === "container" || field === "image")
    return explainRefusal(object.message ?? "").map((refusal) => refusal[field]);
  return FIELDS[field](object);
}

const FIELDS: Record<"data" | "object" | "recipe" | "workspace", (object: ObservedObject) => string[]> = {
  data: ({ data }) => Object.values(data ?? {}),
  object: ({ involvedObject }) => [`${involvedObject?.kind ?? ""}/${involvedObject?.name ?? ""}`],
  recipe: ({ spec }) => [spec?.recipe ?? ""],
  workspace: ({ spec, metadata }) => [spec?.workspace ?? metadata?.labels?.[WORKSPACE_LABEL] ?? ""],
};

function isInState(condition: Condition, object: ObservedObject): boolean {
  if (condition.state === "exists") return true;
  if (condition.state === "in-force") return isInForce(object);
  if (condition.state === "available") return isTrue(object, "Available");
  if (condition.state === "complete") return isTrue(object, "Complete");
  if (condition.state === "running") return object.status?.phase === "Running";
  if (isTrue(object, "Ready")) return true;
  return (object.status?.readyReplicas ?? 0) > 0 && object.status?.readyReplicas === object.status?.replicas;
}

/** Said of the policy as it is now, not of an older version of it. */
function isInForce({ metadata, status }: ObservedObject): boolean {
  return status?.inForce === true && status.observedGeneration === metadata?.generation;
}

function isTrue(object: ObservedObject, type: string): boolean {
  return object.status?.conditions?.some((found) => found.type === type && found.status === "True") ?? false;
}

function absence(condition: Condition, selected: readonly ObservedObject[]): ConditionVerdict {
  if (selected.length === 0) return { isMet: true, detail: conditionText(condition) };
  return { isMet: false, detail: stillThereText(condition, selected.length, names(selected)) };
}

function shortfall(
  condition: Condition,
  seen: {
    objects: readonly ObservedObject[];
    candidates: readonly ObservedObject[];
    selected: readonly ObservedObject[];
  },
): string {
  const { objects, candidates, selected } = seen;
  const unmet = selected.length > 0 ? undefined : unmetTest(condition, candidates);
  const said = unmetText(condition, unmet, candidates.length > 0);
  const shown = selected.length > 0 ? selected : candidates;
  if (shown.length > 0) return `${said} Seen: ${shown.slice(-SHOWN_OBJECTS).map(excerpt).join("; ")}`;
  return objects.length > 0 ? `${said} Seen: ${names(objects)}` : said;
}

/** What tells most about a refusal comes first. */
const TELLING: readonly string[] = ["policy", "image", "container", "object", "message"];

/** The test that no candidate meets, the most telling one where there are several. */
function unmetTest({ fields }: Condition, candidates: readonly ObservedObject[]): FieldTest | undefined {
  const unmet = fields.filter((test) => !candidates.some((object) => isFieldMet(test, object)));
  return unmet.find(({ field }) => TELLING.includes(field)) ?? unmet[0];
}

function describe(condition: Condition, object: ObservedObject): string {
  const refusals = explainRefusal(object.message ?? "").filter((refusal) =>
    isRefusalMeant(condition, refusal),
  );
  if (condition.kind === "event" && refusals.length > 0)
    return refusals.map((refusal) => refusal.text).join(" ");
  return excerpt(object);
}

function isRefusalMeant(condition: Condition, refusal: Refusal): boolean {
  return condition.fields.every(
    ({ field, value, isPattern }) =>
      isPattern || !(field in refusal) || refusal[field as keyof Refusal] === value,
  );
}

/** More are not read. */
const SHOWN_OBJECTS = 3;

/** 300 characters of an event say why; the rest repeats. */
const EXCERPT_CHARACTERS = 300;

function excerpt(object: ObservedObject): string {
  if (object.reason !== undefined && object.message !== undefined) {
    return `${object.reason} on ${object.involvedObject?.name ?? "?"}: ${object.message}`.slice(
      0,
      EXCERPT_CHARACTERS,
    );
  }
  const phase = object.status?.phase ? ` (${object.status.phase})` : "";
  const ready =
    object.status?.replicas === undefined
      ? ""
      : ` (${object.status.readyReplicas ?? 0} of ${object.status.replicas} ready)`;
  const force = object.spec?.recipe && !isInForce(object) ? " (not in force yet)" : "";
  return `${nameOf(object) ?? "?"}${phase}${ready}${force}`;
}

function names(objects: readonly ObservedObject[]): string {
  const shown = objects
    .slice(0, 5)
    .map((object) => nameOf(object) ?? "?")
    .join(", ");
  return objects.length > 5 ? `${shown} and ${objects.length - 5} more` : shown;
}
