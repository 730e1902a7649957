import { type CompiledRule, compileRule, rulesOf } from "./compiled-rule.js";
import type { EffectivePolicy } from "./effective.js";
import { ANYTHING, compileGlob, matchesToken } from "./glob.js";
import type { ImageRule, PolicySpec } from "./manifest.js";
import { DOCKER_HUB } from "./reference.js";
import { canMeet, covers } from "./rule-relations.js";
import type { LintWarning } from "./tmc-api.js";

/** Finds what is allowed to be saved but hardly meant; `others` are the policies that may hold beside it. */
export function lintPolicy(policy: EffectivePolicy, others: EffectivePolicy[] = []): LintWarning[] {
  const { spec } = policy;
  return [
    ...spec.input.rules.flatMap((rule, index) => [...lintRule(rule, index, spec), ...lintTag(rule, index)]),
    ...redundantRules(spec),
    ...others.flatMap((other) => besideAnother(policy, other)),
  ];
}

function lintRule(rule: ImageRule, index: number, { input }: PolicySpec): LintWarning[] {
  const warnings: LintWarning[] = [];
  const { imageName, hostname } = rule;
  const hasSlash = imageName.includes("/");
  const mayBeHub = hostname === "" || matchesToken(compileRule(rule, "allow").hosts[0] ?? "*", DOCKER_HUB);
  if (input.effect === "allow" && imageName && !hasSlash && !imageName.startsWith("*") && mayBeHub) {
    const message = `The image name ${imageName} never matches an image of Docker Hub: there ${imageName} is called library/${imageName} in full. Write library/${imageName}, or */${imageName} for any repository.`;
    warnings.push({ code: "NEVER_MATCHES", rule: index, message });
  }
  if (/^[^/]*\.[^/]*\//.test(imageName)) {
    const message = `The image name ${imageName} begins with what looks like a registry. Put the host into the field hostname.`;
    warnings.push({ code: "NEVER_MATCHES", rule: index, message });
  }
  if (input.effect === "block" && imageName === "library/*" && hostname === "") {
    const message = "This refuses every official image of Docker Hub, such as nginx or busybox.";
    warnings.push({ code: "BROAD_MATCH", rule: index, message });
  }
  if (input.effect === "block" && isOnly(rule, "*")) {
    warnings.push({
      code: "BLOCKS_EVERYTHING",
      rule: index,
      message: "This rule matches every image, so nothing may run.",
    });
  }
  return warnings;
}

function lintTag({ tag: { value, negate } }: ImageRule, index: number): LintWarning[] {
  if (!negate || value === "" || compileGlob(value) !== ANYTHING) return [];
  const message = `No image has a tag other than ${value}, so the rule matches nothing.`;
  return [{ code: "NEVER_MATCHES", rule: index, message }];
}

function isOnly({ hostname, port, imageName, tag, requireDigest }: ImageRule, pattern: string): boolean {
  const fields = [hostname, port, imageName, tag.value].filter((field) => field !== "");
  return !requireDigest && !tag.negate && fields.length > 0 && fields.every((field) => field === pattern);
}

function redundantRules({ input }: PolicySpec): LintWarning[] {
  const compiled = input.rules.map((rule) => compileRule(rule, input.effect));
  return compiled.flatMap((rule, index): LintWarning[] => {
    const above = compiled.findIndex(
      (other, at) => at !== index && covers(other, rule) && (at < index || !covers(rule, other)),
    );
    if (above < 0) return [];
    const isRepeated = JSON.stringify(compiled[above]) === JSON.stringify(rule);
    const message = isRepeated
      ? `It repeats rule ${above + 1}.`
      : `It adds nothing: rule ${above + 1} matches everything that it matches.`;
    return [{ code: isRepeated ? "REDUNDANT" : "SHADOWED", rule: index, message }];
  });
}

/** What another policy that holds at the same time makes of this one: of all of it, or of single rules. */
function besideAnother(policy: EffectivePolicy, other: EffectivePolicy): LintWarning[] {
  if (!canHoldTogether(policy, other) || policy.spec.input.audit || other.spec.input.audit) return [];
  const own = compiledRules(policy);
  const others = compiledRules(other);
  const isAllowed = (rule: CompiledRule) => others.some((each) => canMeet(rule, each));
  const isCovered = (rule: CompiledRule) => others.some((each) => covers(each, rule));
  if (isAllow(policy) && isAllow(other) && !own.some(isAllowed)) {
    const message = `No image can pass both this policy and ${other.name}: what the one allows the other refuses, and both hold at once.`;
    return [{ code: "CONTRADICTION", message }];
  }
  return own.flatMap((rule, index): LintWarning[] => {
    const message = ruleProblem(other, {
      allows: isAllow(policy),
      isAllowed: isAllowed(rule),
      isCovered: isCovered(rule),
    });
    if (message === undefined) return [];
    const code = isAllow(policy) ? "CONTRADICTION" : "SHADOWED";
    // Recipes without rules of their own stand for one.
    return [{ code, ...(policy.spec.input.rules.length > 0 && { rule: index }), message }];
  });
}

interface BesideOther {
  allows: boolean;
  isAllowed: boolean;
  isCovered: boolean;
}

function ruleProblem(
  other: EffectivePolicy,
  { allows, isAllowed, isCovered }: BesideOther,
): string | undefined {
  if (allows && isAllow(other) && !isAllowed)
    return `It lets nothing run: ${other.name} allows none of what it names, and both hold at once.`;
  if (allows && !isAllow(other) && isCovered)
    return `It lets nothing run: ${other.name} blocks all of what it names.`;
  if (!allows && isAllow(other) && !isAllowed)
    return `It refuses nothing more: ${other.name} allows none of what it names.`;
  if (!allows && !isAllow(other) && isCovered)
    return `It refuses nothing more: ${other.name} blocks all of what it names.`;
  return undefined;
}

function compiledRules({ spec }: EffectivePolicy): CompiledRule[] {
  return rulesOf(spec).map((rule) => compileRule(rule, spec.input.effect));
}

function isAllow({ spec }: EffectivePolicy): boolean {
  return spec.input.effect === "allow";
}

function canHoldTogether(left: EffectivePolicy, right: EffectivePolicy): boolean {
  return (
    left.origin.kind === "organization" ||
    right.origin.kind === "organization" ||
    JSON.stringify(left.origin) === JSON.stringify(right.origin)
  );
}
