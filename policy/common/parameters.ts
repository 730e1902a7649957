import { compileRule, ruleLines, rulesOf, ruleTests } from "./compiled-rule.js";
import type { EffectivePolicy } from "./effective.js";
import { exceptionLine, exceptionTests } from "./exception.js";
import { isCostly } from "./glob.js";
import { asksRegistries, isSignedLine, knownLines, movedSections, policyKey } from "./known-image.js";
import { shapeOf } from "./line-shape.js";
import { denialReason } from "./words.js";

/** The data of the two ConfigMaps of a namespace: what refuses, and what only warns. */
export interface Parameters {
  enforced: Record<string, string>;
  audit: Record<string, string>;
}

/**
 * Tests one namespace may ask for. An expression of an admission policy may cost a million units, which 2,400 plain tests on pods of 20 images stay
 * below and on pods of 40 do not (Kubernetes 1.35); 1,000 leave room for pods of 40 images. Beyond, pods are refused, not admitted.
 */
export const MAX_TESTS_PER_NAMESPACE = 1000;

/** A regular expression costs about as much as twenty plain tests. */
const COSTLY_TEST_WEIGHT = 20;

/** The one key of policies in the data: values of a map would be judged in random order, and each order would be an event of its own. */
const KEY = "policies";

/** What registries told of images, a line each, where a policy looks at that. */
const KNOWN_KEY = "known";

const SEPARATOR = "\n\n";

/** Stands before the lines that have no shape; to an engine that knows no shapes it is a rule that fits nothing. */
const OTHERS = "!";

/**
 * Writes the policies of a namespace as the engine reads them: sections parted by an empty line, each a header `!|effect|name|reason|notes|looks|shapes`, then a line
 * of seven tokens per rule: host, port, path, tag, `not`, `digest`, the policy an image has to be signed for; first those that have a shape (`line-shape.ts`), then,
 * behind a line `!`, the others and a line `?|expires|workload|host|port|path|tag|digest` per exception. Beside them stands what is known of images (`knownLines`).
 */
export function compileParameters(policies: EffectivePolicy[]): Parameters {
  const data = (audit: boolean): Record<string, string> => {
    const own = policies.filter(({ spec }) => spec.input.audit === audit);
    const sections = [...own.map(sectionOf), ...(audit ? movedSections(policies) : [])];
    const known = knownLines(own);
    return {
      ...(sections.length > 0 && { [KEY]: sections.join(SEPARATOR) }),
      ...(known.length > 0 && { [KNOWN_KEY]: known.join("\n") }),
    };
  };
  return { enforced: data(false), audit: data(true) };
}

/** Whether something may be admitted after the change that was refused before. */
export function liftsSomething(before: Record<string, string>, after: Record<string, string>): boolean {
  const kept = new Set((after[KEY] ?? "").split(SEPARATOR));
  const signedBefore = new Set((before[KNOWN_KEY] ?? "").split("\n"));
  const isNew = (line: string) => isSignedLine(line) && !signedBefore.has(line);
  if ((after[KNOWN_KEY] ?? "").split("\n").some(isNew)) return true;
  return (before[KEY] ?? "").split(SEPARATOR).some((section) => section !== "" && !kept.has(section));
}

/** Says why these policies are too many for one namespace; `undefined` where they are not. */
export function boundsProblem(policies: EffectivePolicy[]): string | undefined {
  for (const audit of [false, true]) {
    const weight = policies
      .filter(({ spec }) => spec.input.audit === audit)
      .reduce((sum, policy) => sum + policyWeight(policy), 0);
    if (weight > MAX_TESTS_PER_NAMESPACE) {
      return `The rules and exceptions that would bear on a namespace ask for ${weight} tests, the limit is ${MAX_TESTS_PER_NAMESPACE} (1 for each rule and each of its fields, 2 for each exception and 1 for each part of its image, ${COSTLY_TEST_WEIGHT} for a pattern with * anywhere but at one end). Use fewer rules, or * only at the beginning or the end.`;
    }
  }
  return undefined;
}

/** Whether one policy in the place of another asks no namespace for more tests than that did. */
export function asksNoMore(next: EffectivePolicy, current: EffectivePolicy): boolean {
  const isJudgedAlike = next.spec.input.audit === current.spec.input.audit;
  const bearsAlike =
    JSON.stringify(next.spec.namespaceSelector) === JSON.stringify(current.spec.namespaceSelector);
  return isJudgedAlike && bearsAlike && policyWeight(next) <= policyWeight(current);
}

/** Policies are never changed once they are made, and whoever changes one leaves the others as they are. */
const weights = new WeakMap<EffectivePolicy, number>();
const sections = new WeakMap<EffectivePolicy, string>();

function policyWeight(policy: EffectivePolicy): number {
  const weight = weights.get(policy) ?? weigh(policy);
  weights.set(policy, weight);
  return weight;
}

function weigh({ spec, exceptions = [] }: EffectivePolicy): number {
  const ofRules = rulesOf(spec).flatMap((rule) => ruleTests(compileRule(rule, spec.input.effect)));
  return [...ofRules, ...exceptions.flatMap(exceptionTests)].reduce(
    (sum, token) => sum + (isCostly(token) ? COSTLY_TEST_WEIGHT : 1),
    0,
  );
}

function sectionOf(policy: EffectivePolicy): string {
  const section = sections.get(policy) ?? writeSection(policy);
  sections.set(policy, section);
  return section;
}

function writeSection(policy: EffectivePolicy): string {
  const { name, spec, exceptions = [] } = policy;
  const reason = (policy.problem ?? denialReason(spec)).replaceAll("|", " ");
  const looks = asksRegistries(spec) ? "looks" : "";
  const header = ["!", spec.input.effect, name, reason, notesOf(policy), looks].join("|");
  const signedFor = spec.recipe === "require-signature" ? policyKey(policy) : "";
  const rules = rulesOf(spec).flatMap((rule) =>
    ruleLines(compileRule(rule, spec.input.effect)).map((line) => `${line}|${signedFor}`),
  );
  const plain = rules.filter((line) => shapeOf(line) !== undefined);
  const others = [...rules.filter((line) => !plain.includes(line)), ...exceptions.map(exceptionLine)];
  const shapes = [...new Set(plain.map(shapeOf))].join(",");
  return [`${header}|${shapes}`, ...plain, ...(others.length > 0 ? [OTHERS, ...others] : [])].join("\n");
}

/** What a refusal says besides, of what is known: nothing, the pinned reference (`pin`), or what became of the signatures for this policy. */
function notesOf(policy: EffectivePolicy): string {
  const { recipe } = policy.spec;
  if (recipe === "require-signature") return policyKey(policy);
  return recipe === "require-digest" && asksRegistries(policy.spec) ? "pin" : "";
}
