import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import { POLICY_API_PATH } from "./session.js";

/** One statement about the objects of a kind in the session's namespace, the namespace itself, or the policies of its organization. */
export interface Condition {
  kind: ConditionKind;
  /** Name of one object; absent where any will do. */
  name?: string;
  /** Label selector in kubectl's words: `app=x,tier!=y`. */
  selector?: string;
  /** Field tests such as `reason=FailedCreate`; the text between slashes is a pattern. */
  fields: { field: ConditionField; value: string; isPattern: boolean }[];
  state: ConditionState;
}

/** Kinds a condition may speak of, with where the API serves them. */
export const CONDITION_KINDS = {
  event: { path: "/api/v1", plural: "events", title: "event" },
  pod: { path: "/api/v1", plural: "pods", title: "pod" },
  deployment: { path: "/apis/apps/v1", plural: "deployments", title: "deployment" },
  replicaset: { path: "/apis/apps/v1", plural: "replicasets", title: "replica set" },
  statefulset: { path: "/apis/apps/v1", plural: "statefulsets", title: "stateful set" },
  daemonset: { path: "/apis/apps/v1", plural: "daemonsets", title: "daemon set" },
  job: { path: "/apis/batch/v1", plural: "jobs", title: "job" },
  service: { path: "/api/v1", plural: "services", title: "service" },
  configmap: { path: "/api/v1", plural: "configmaps", title: "config map" },
  secret: { path: "/api/v1", plural: "secrets", title: "secret" },
  namespace: { path: "/api/v1", plural: "namespaces", title: "namespace" },
  policy: { path: POLICY_API_PATH, plural: "imagepolicies", title: "policy" },
} as const;
export type ConditionKind = keyof typeof CONDITION_KINDS;

export const CONDITION_STATES = [
  "exists",
  "absent",
  "available",
  "running",
  "ready",
  "complete",
  "in-force",
] as const;
export type ConditionState = (typeof CONDITION_STATES)[number];

export const CONDITION_FIELDS = [
  "reason",
  "type",
  "message",
  "object",
  "policy",
  "container",
  "image",
  "data",
  "recipe",
  "workspace",
] as const;
export type ConditionField = (typeof CONDITION_FIELDS)[number];

/**
 * Reads `KIND[/NAME] [-l SELECTOR] [FIELD=VALUE|FIELD=/PATTERN/ ...] [STATE]`: `event reason=FailedCreate`, `deployment/web available`,
 * `pod -l app=x absent`. Without a state it is `exists`. Throws CHECK_INVALID.
 */
export function parseCondition(text: string): Condition {
  const words = splitWords(text);
  const [kindWord = "", name] = (words.shift() ?? "").split("/");
  const kind = kindOf(kindWord, text);
  const condition: Condition = { kind, fields: [], state: "exists", ...(name ? { name } : {}) };
  while (words.length > 0) readWord(condition, words, text);
  if (condition.state === "in-force" && kind !== "policy")
    throw invalid(text, `only a policy can be in force, not a ${kind}`);
  return condition;
}

/** The condition as a sentence for a learner. */
export function conditionText(condition: Condition): string {
  if (condition.kind === "namespace") return namespaceText(condition);
  const { title } = CONDITION_KINDS[condition.kind];
  const which = [
    condition.name ? ` ${condition.name}` : "",
    condition.selector ? ` with labels ${condition.selector}` : "",
    condition.fields.length > 0 ? ` with ${condition.fields.map(fieldText).join(", ")}` : "",
  ].join("");
  const subject = `${article(title, condition)}${title}${which}`;
  if (condition.state === "absent") return `There is no ${title}${which}`;
  if (condition.state === "exists" && !condition.name) return `There is ${subject}`;
  const verb = condition.state === "exists" ? "exists" : `is ${condition.state.replace("-", " ")}`;
  return `${subject[0]?.toUpperCase()}${subject.slice(1)} ${verb}`;
}

/** A learner has one namespace and knows it as theirs. */
function namespaceText({ fields, selector, state }: Condition): string {
  const facts = [
    ...fields.map((test) =>
      test.field === "workspace" && !test.isPattern
        ? `belongs to the workspace ${test.value}`
        : `has ${fieldText(test)}`,
    ),
    ...(selector ? [`has the labels ${selector}`] : []),
  ];
  const said = facts.join(" and ") || "exists";
  return state === "absent" ? `It is not so that your namespace ${said}` : `Your namespace ${said}`;
}

function kindOf(word: string, text: string): ConditionKind {
  const singular = word
    .toLowerCase()
    .replace(/^policies$/, "policy")
    .replace(/s$/, "");
  const kinds: readonly string[] = Object.keys(CONDITION_KINDS);
  if (kinds.includes(singular)) return singular as ConditionKind;
  throw invalid(text, `"${word}" is not one of ${kinds.join(", ")}`);
}

function readWord(condition: Condition, words: string[], text: string): void {
  const word = words.shift() ?? "";
  const state = CONDITION_STATES.find((known) => known === word);
  if (state) condition.state = state;
  else if (word === "-l") condition.selector = words.shift() ?? missing(text, "a label selector after -l");
  else condition.fields.push(readField(word, text));
}

function readField(word: string, text: string): Condition["fields"][number] {
  const at = word.indexOf("=");
  const field = CONDITION_FIELDS.find((known) => known === word.slice(0, at));
  if (at < 1 || !field) {
    throw invalid(
      text,
      `"${word}" is neither a state (${CONDITION_STATES.join(", ")}) nor a test of ${CONDITION_FIELDS.join(", ")}`,
    );
  }
  const value = word.slice(at + 1);
  const pattern = /^\/(.*)\/$/s.exec(value)?.[1];
  return { field, value: pattern ?? value.replace(/^'(.*)'$/s, "$1"), isPattern: pattern !== undefined };
}

function missing(text: string, what: string): never {
  throw invalid(text, `it lacks ${what}`);
}

function splitWords(text: string): string[] {
  return text.trim().match(/[a-z]+=(?:\/(?:[^/\\]|\\.)*\/|'[^']*')|\S+/g) ?? [];
}

function fieldText(test: Condition["fields"][number]): string {
  const quoted = test.isPattern ? `matching /${test.value}/` : test.value;
  return `${test.field} ${quoted}`;
}

function article(title: string, condition: Condition): string {
  if (condition.name) return "";
  return /^[aeiou]/.test(title) ? "an " : "a ";
}

function invalid(text: string, why: string): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.checkInvalid,
    `The condition "${text}" cannot be read: ${why}. Write for example: event reason=FailedCreate, deployment/web available, pod -l app=web absent`,
  );
}
