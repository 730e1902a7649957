import { z } from "zod";

import { authority, type Authority, MAX_AUTHORITIES } from "./authority.js";
import { DEFAULT_EFFECT } from "./default-effect.js";

/** Most rules one policy may carry; what a namespace may carry in all is bounded in `bounds.ts`. */
export const MAX_RULES = 50;

const MAX_PATTERN_CHARACTERS = 255;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_KEY =
  /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

/** Name of a policy, workspace or cluster: a DNS label. */
export const resourceName = z
  .string()
  .regex(
    NAME,
    "must be lowercase letters, digits and hyphens, begin and end with a letter or digit, 63 at most",
  );

/** Manifests and the console both leave fields they do not use as `""` or `null`; both mean "any". */
const pattern = (allowed: RegExp, what: string) =>
  z
    .union([
      z.string().max(MAX_PATTERN_CHARACTERS).regex(allowed, what),
      z.number().int().transform(String),
      z.null(),
    ])
    .optional()
    .transform((value) => value ?? "");

const tag = z
  .object({
    value: pattern(/^[\w.*-]*$/, "may hold letters, digits, _ . - and the wildcard *"),
    negate: z
      .boolean()
      .nullish()
      .transform((value) => value ?? false),
  })
  .nullish()
  .transform((value) => value ?? { value: "", negate: false });

/** One rule: every field given must fit. `*` stands for any characters, `/` included; an empty field fits everything. */
export const imageRule = z.object({
  hostname: pattern(/^[A-Za-z0-9.*:[\]-]*$/, "must be a host such as harbor.example.com or *.example.com"),
  port: pattern(/^[0-9*]*$/, "must be digits, * allowed"),
  imageName: pattern(
    /^[a-z0-9._/*-]*$/,
    "must be a repository path such as library/busybox: lowercase, without tag or digest",
  ),
  tag,
  requireDigest: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
});

export const labelKey = z
  .string()
  .regex(LABEL_KEY, "must be letters, digits, - _ or . such as env, or example.com/env");

export const labelValue = z
  .string()
  .regex(LABEL_VALUE, "must be label values: letters, digits, - _ and . only");

const requirement = z
  .object({
    key: labelKey,
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
    values: z
      .array(labelValue)
      .max(50)
      .nullish()
      .transform((values) => values ?? []),
  })
  .superRefine(({ operator, values }, context) => {
    const wantsValues = operator === "In" || operator === "NotIn";
    if (wantsValues === values.length > 0) return;
    const message = wantsValues ? `${operator} needs at least one value` : `${operator} takes no values`;
    context.addIssue({ code: "custom", path: ["values"], message });
  });

/** Which namespaces of its place a policy holds in. */
export const policySelector = z
  .object({
    matchExpressions: z
      .array(requirement)
      .max(20)
      .nullish()
      .transform((list) => list ?? []),
  })
  .nullish()
  .transform((selector) => selector ?? { matchExpressions: [] });

const input = z
  .object({
    audit: z
      .boolean()
      .nullish()
      .transform((value) => value ?? false),
    effect: z.enum(["allow", "block"]).nullish(),
    rules: z
      .array(imageRule)
      .max(MAX_RULES, `may hold ${MAX_RULES} rules at most`)
      .nullish()
      .transform((rules) => rules ?? []),
    verify: z.boolean().nullish(),
    authorities: z
      .array(authority)
      .max(MAX_AUTHORITIES, `may hold ${MAX_AUTHORITIES} signers at most`)
      .nullish(),
  })
  .nullish()
  .transform((value) => value ?? { audit: false, effect: null, rules: [], verify: null, authorities: null })
  .transform(({ verify, authorities, ...rest }) => ({
    ...rest,
    ...(verify === true && { verify: true as const }),
    ...(authorities && authorities.length > 0 && { authorities }),
  }));

/** The `spec` of an image policy in TMC's words, with what manifests leave out filled in. */
export const policySpec = z
  .object({
    type: z.literal("image-policy").default("image-policy"),
    recipe: z.enum(["require-digest", "block-latest-tag", "allowed-name-tag", "custom", "require-signature"]),
    recipeVersion: z
      .literal("v1")
      .nullish()
      .transform(() => "v1" as const),
    input,
    namespaceSelector: policySelector,
  })
  .superRefine((spec, context) => {
    for (const { path, message } of recipeProblems(spec)) context.addIssue({ code: "custom", path, message });
  })
  .transform((spec) => ({
    ...spec,
    input: { ...spec.input, effect: spec.input.effect ?? DEFAULT_EFFECT.manifest },
  }));

/** A whole policy as `tmc ... create -f` reads it and as REST carries it under `policy`. */
export const policyManifest = z.object({
  fullName: z.object({
    name: resourceName,
    workspaceName: resourceName.nullish().transform((name) => name ?? undefined),
    orgId: z.string().max(253).nullish(),
  }),
  meta: z
    .object({
      description: z.string().max(1000).nullish(),
      labels: z.record(z.string(), z.string()).nullish(),
      resourceVersion: z.string().nullish(),
    })
    .nullish(),
  spec: policySpec,
});

export type ImageRule = z.output<typeof imageRule>;
export type LabelRequirement = z.output<typeof requirement>;
export type PolicySpec = z.output<typeof policySpec>;
export type PolicySpecInput = z.input<typeof policySpec>;
export type PolicyManifest = z.output<typeof policyManifest>;
export type PolicyManifestInput = z.input<typeof policyManifest>;
export type Recipe = PolicySpec["recipe"];
export type Effect = PolicySpec["input"]["effect"];

interface UncheckedSpec {
  recipe: Recipe;
  input: { effect?: Effect | null | undefined; rules: ImageRule[]; authorities?: Authority[] };
}

function recipeProblems({ recipe, input: { effect, rules, authorities = [] } }: UncheckedSpec) {
  const problems: { path: (string | number)[]; message: string }[] = [];
  const takesRules = recipe === "allowed-name-tag" || recipe === "custom";
  if (takesRules && rules.length === 0) {
    problems.push({ path: ["input", "rules"], message: `recipe ${recipe} needs at least one rule` });
  }
  if (!takesRules && rules.length > 0) {
    problems.push({ path: ["input", "rules"], message: `recipe ${recipe} takes no rules` });
  }
  if (recipe !== "custom" && effect === "block") {
    problems.push({ path: ["input", "effect"], message: "only the recipe custom can block" });
  }
  const isSigned = recipe === "require-signature";
  if (isSigned !== authorities.length > 0) {
    const message = isSigned
      ? "recipe require-signature needs at least one signer that is trusted"
      : `recipe ${recipe} takes no signers; use require-signature`;
    problems.push({ path: ["input", "authorities"], message });
  }
  rules.forEach((rule, index) => {
    for (const message of ruleProblems(recipe, rule)) {
      problems.push({ path: ["input", "rules", index], message });
    }
  });
  return problems;
}

function ruleProblems(recipe: Recipe, rule: ImageRule): string[] {
  const problems: string[] = [];
  if (recipe === "allowed-name-tag" && (rule.hostname || rule.port || rule.requireDigest)) {
    problems.push("recipe allowed-name-tag takes imageName and tag only; use custom for hosts and digests");
  }
  if (rule.port && !rule.hostname) problems.push("a port needs a hostname beside it");
  const isEmpty = !rule.hostname && !rule.port && !rule.imageName && !rule.tag.value && !rule.requireDigest;
  if (isEmpty) problems.push("the rule is empty and would match every image; fill in at least one field");
  return problems;
}
