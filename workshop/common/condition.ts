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
  event: { path: "/api/v1", plural: "events", title: "event", titles: "events" },
  pod: { path: "/api/v1", plural: "pods", title: "pod", titles: "pods" },
  deployment: { path: "/apis/apps/v1", plural: "deployments", title: "deployment", titles: "deployments" },
  replicaset: { path: "/apis/apps/v1", plural: "replicasets", title: "replica set", titles: "replica sets" },
  statefulset: {
    path: "/apis/apps/v1",
    plural: "statefulsets",
    title: "stateful set",
    titles: "stateful sets",
  },
  daemonset: { path: "/apis/apps/v1", plural: "daemonsets", title: "daemon set", titles: "daemon sets" },
  job: { path: "/apis/batch/v1", plural: "jobs", title: "job", titles: "jobs" },
  service: { path: "/api/v1", plural: "services", title: "service", titles: "services" },
  configmap: { path: "/api/v1", plural: "configmaps", title: "config map", titles: "config maps" },
  secret: { path: "/api/v1", plural: "secrets", title: "secret", titles: "secrets" },
  namespace: { path: "/api/v1", plural: "namespaces", title: "namespace", titles: "namespaces" },
  policy: { path: POLICY_API_PATH, plural: "imagepolicies", title: "policy", titles: "policies" },
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

function invalid(text: string, why: string): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.checkInvalid,
    `The condition "${text}" cannot be read: ${why}. Write for example: event reason=FailedCreate, deployment/web available, pod -l app=web absent`,
  );
}
