import { compileRule, rulesOf } from "./compiled-rule.js";
import type { EffectivePolicy } from "./effective.js";
import { compileGlob, matchesToken } from "./glob.js";
import type { ImageRule, PolicySpec } from "./manifest.js";
import { DOCKER_HUB } from "./reference.js";
import type { LintWarning } from "./tmc-api.js";

/** Finds what is allowed to be saved but hardly meant; `others` are the policies that may hold beside it. */
export function lintPolicy(policy: EffectivePolicy, others: EffectivePolicy[] = []): LintWarning[] {
  const { spec } = policy;
  return [
    ...spec.input.rules.flatMap((rule, index) => lintRule(rule, index, spec)),
    ...redundantRules(spec),
    ...others.flatMap((other) => contradiction(policy, other)),
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

function isOnly({ hostname, port, imageName, tag, requireDigest }: ImageRule, pattern: string): boolean {
  const fields = [hostname, port, imageName, tag.value].filter((field) => field !== "");
  return !requireDigest && !tag.negate && fields.length > 0 && fields.every((field) => field === pattern);
}

function redundantRules({ input }: PolicySpec): LintWarning[] {
  const seen = new Map<string, number>();
  return input.rules.flatMap((rule, index) => {
    const key = JSON.stringify(rule);
    const first = seen.get(key);
    seen.set(key, first ?? index);
    if (first === undefined) return [];
    return [
      { code: "REDUNDANT" as const, rule: index, message: `Rule ${index + 1} repeats rule ${first + 1}.` },
    ];
  });
}

/** Two allowlists hold together, so where their literal hosts or names have nothing in common nothing may run. */
function contradiction(policy: EffectivePolicy, other: EffectivePolicy): LintWarning[] {
  const canMeet =
    policy.origin.kind === "organization" ||
    other.origin.kind === "organization" ||
    isSameWorkspace(policy, other);
  if (!canMeet || !isAllow(policy) || !isAllow(other)) return [];
  const pairs = rulesOf(policy.spec).flatMap((left) =>
    rulesOf(other.spec).map((right) => [left, right] as const),
  );
  if (pairs.some(([left, right]) => canBothMatch(left, right))) return [];
  const message = `No image can pass both this policy and ${other.name}: what the one allows the other refuses, and both hold at once.`;
  return [{ code: "CONTRADICTION", message }];
}

function isAllow({ spec }: EffectivePolicy): boolean {
  return spec.input.effect === "allow" && !spec.input.audit;
}

function canBothMatch(left: ImageRule, right: ImageRule): boolean {
  const pairs: [string, string][] = [
    [left.hostname.toLowerCase(), right.hostname.toLowerCase()],
    [left.imageName, right.imageName],
  ];
  const doTagsMeet =
    left.tag.negate === right.tag.negate
      ? left.tag.negate || overlap(left.tag.value, right.tag.value)
      : !isExcluded(left, right);
  return pairs.every(([one, two]) => overlap(one, two)) && doTagsMeet;
}

function isExcluded(left: ImageRule, right: ImageRule): boolean {
  return left.tag.value !== "" && left.tag.value === right.tag.value;
}

/** Whether some text fits both patterns; errs on the side of yes when both have stars. */
function overlap(left: string, right: string): boolean {
  if (left === "" || right === "") return true;
  if (!left.includes("*")) return matchesToken(compileGlob(right), left);
  if (!right.includes("*")) return matchesToken(compileGlob(left), right);
  return true;
}

function isSameWorkspace(left: EffectivePolicy, right: EffectivePolicy): boolean {
  return JSON.stringify(left.origin) === JSON.stringify(right.origin);
}
