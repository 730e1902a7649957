import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import { NAMED_FIELDS, type FieldTest, readFieldTest } from "./condition-field.js";
import { CONDITION_WORDS, kindOf, kindWordOf } from "./condition-kinds.js";

/**
 * One statement about the objects of a kind in the session's namespace, the namespace itself, or the policies of its organization; in a
 * cluster of the session's own, also about other namespaces and what belongs to none.
 */
export interface Condition {
  /** Word of the kind, as `kindOf` takes it. */
  kind: string;
  /** Name of one object; absent where any will do. */
  name?: string;
  /** Where they are; in the session's namespace where absent. */
  namespace?: string;
  /** Label selector in kubectl's words: `app=x,tier!=y`. */
  selector?: string;
  fields: FieldTest[];
  /** How many objects there are to be of those that meet the rest; any where absent. */
  count?: Omit<FieldTest, "field">;
  state: ConditionState;
  /** Whether the opposite is meant. */
  isNegated?: boolean;
}

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

/**
 * Reads `[not] KIND[/NAME] [-n NAMESPACE] [-l SELECTOR] [FIELD=VALUE ...] [STATE]`: `event reason=FailedCreate`, `deployment/web spec.replicas>=2 available`,
 * `pod -l app=x count=3`. Without a state it is `exists`. Throws CHECK_INVALID.
 */
export function parseCondition(text: string): Condition {
  const words = splitWords(text);
  const isNegated = words[0] === "not";
  if (isNegated) words.shift();
  const [kindWord = "", name] = (words.shift() ?? "").split("/");
  const kind = kindWordOf(kindWord);
  if (kind === undefined)
    throw invalid(
      text,
      `"${kindWord}" is not one of ${CONDITION_WORDS.join(", ")}; others are written as kubectl does, widgets.v1.example.org`,
    );
  const condition: Condition = { kind, fields: [], state: "exists", ...(name ? { name } : {}) };
  if (isNegated) condition.isNegated = true;
  while (words.length > 0) readWord(condition, words, text);
  if (condition.state === "in-force" && kind !== "policy")
    throw invalid(text, `only a policy can be in force, not a ${kind}`);
  if (condition.count && condition.state === "absent")
    throw invalid(text, "what is absent is not counted; write count=0");
  return condition;
}

function readWord(condition: Condition, words: string[], text: string): void {
  const word = words.shift() ?? "";
  const state = CONDITION_STATES.find((known) => known === word);
  if (state) condition.state = state;
  else if (word === "-l") condition.selector = words.shift() ?? missing(text, "a label selector after -l");
  else if (word === "-n") condition.namespace = words.shift() ?? missing(text, "a namespace after -n");
  else addTest(condition, word, text);
}

/** Why the condition can only be looked at in a cluster of the session's own, as the end of a sentence; nothing where any session's will do. */
export function beyondNamespace({ kind, name, namespace }: Condition): string | undefined {
  if (namespace !== undefined) return `names the namespace ${namespace}`;
  if (kindOf(kind).isClusterWide) return `is about the ${kindOf(kind).titles} of the whole cluster`;
  return kind === "namespace" && name !== undefined ? `names the namespace ${name}` : undefined;
}

function addTest(condition: Condition, word: string, text: string): void {
  const { field, ...test } = testIn(word, text);
  if (field === "count") condition.count = test;
  else condition.fields.push({ field, ...test });
}

function testIn(word: string, text: string): FieldTest {
  try {
    const test = readFieldTest(word);
    if (test) return test;
  } catch (error) {
    throw invalid(text, (error as Error).message);
  }
  throw invalid(
    text,
    `"${word}" is neither a state (${CONDITION_STATES.join(", ")}) nor a test of ${NAMED_FIELDS.join(", ")}, count or a path such as spec.replicas`,
  );
}

function missing(text: string, what: string): never {
  throw invalid(text, `it lacks ${what}`);
}

function splitWords(text: string): string[] {
  return text.trim().match(/[^\s=<>!]+[=<>!]{1,2}(?:\/(?:[^/\\]|\\.)*\/|'[^']*')|\S+/g) ?? [];
}

function invalid(text: string, why: string): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.checkInvalid,
    `The condition "${text}" cannot be read: ${why}. Write for example: event reason=FailedCreate, deployment/web available, pod -l app=web absent`,
  );
}
