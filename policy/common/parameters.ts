import { compileRule, costlyTests, ruleLines, rulesOf } from "./compiled-rule.js";
import type { EffectivePolicy } from "./effective.js";
import { denialReason } from "./words.js";

/** The data of the two ConfigMaps of a namespace: what refuses, and what only warns. */
export interface Parameters {
  enforced: Record<string, string>;
  audit: Record<string, string>;
}

/**
 * Tests one namespace may ask for. An expression of an admission policy may cost a million units; a plain line costs about 40 for each image,
 * so 400 leave room for pods of 40 images. A regular expression counts for ten.
 */
export const MAX_TESTS_PER_NAMESPACE = 400;

const COSTLY_TEST_WEIGHT = 10;

/**
 * Writes the policies of a namespace as the engine reads them: one key per policy, a header line `!|effect|name|reason`, then a line of six tokens
 * per rule: host, port, path, tag, `not`, `digest`.
 */
export function compileParameters(policies: EffectivePolicy[]): Parameters {
  const entries = (audit: boolean) =>
    Object.fromEntries(
      policies
        .filter(({ spec }) => spec.input.audit === audit)
        .map((policy) => [keyOf(policy), linesOf(policy)]),
    );
  return { enforced: entries(false), audit: entries(true) };
}

/** Says why these policies are too many for one namespace; `undefined` where they are not. */
export function boundsProblem(policies: EffectivePolicy[]): string | undefined {
  for (const audit of [false, true]) {
    const weight = policies
      .filter(({ spec }) => spec.input.audit === audit)
      .reduce((sum, policy) => sum + policyWeight(policy), 0);
    if (weight > MAX_TESTS_PER_NAMESPACE) {
      return `The rules that would bear on a namespace weigh ${weight}, the limit is ${MAX_TESTS_PER_NAMESPACE} (1 for each rule, ${COSTLY_TEST_WEIGHT} for each pattern with * in its middle or twice). Use fewer rules, or * only at the beginning or end.`;
    }
  }
  return undefined;
}

function policyWeight({ spec }: EffectivePolicy): number {
  return rulesOf(spec)
    .map((rule) => compileRule(rule, spec.input.effect))
    .reduce((sum, rule) => sum + ruleLines(rule).length + costlyTests(rule) * COSTLY_TEST_WEIGHT, 0);
}

function keyOf({ name, origin }: EffectivePolicy): string {
  return `${origin.kind}.${name}`;
}

function linesOf({ name, spec }: EffectivePolicy): string {
  const header = ["!", spec.input.effect, name, denialReason(spec).replaceAll("|", " ")].join("|");
  return [header, ...rulesOf(spec).flatMap((rule) => ruleLines(compileRule(rule, spec.input.effect)))].join(
    "\n",
  );
}
