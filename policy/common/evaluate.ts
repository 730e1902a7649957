import { type CompiledRule, compileRule, rulesOf } from "./compiled-rule.js";
import type { EffectivePolicy } from "./effective.js";
import { describeException, findException, type JudgedPod } from "./exception.js";
import { ANYTHING, matchesToken } from "./glob.js";
import { type ImageView, viewImage } from "./image-view.js";
import type { ImageRule, PolicySpec } from "./manifest.js";
import { type ImageReference, parseImage } from "./reference.js";
import type { FieldVerdict, ImageVerdict, PolicyVerdict, RuleVerdict } from "./verdict.js";
import { adviseOn } from "./advice.js";
import { knownSignature, movedWords } from "./known-image.js";
import { describePolicy, describeRule } from "./words.js";

/**
 * Judges one image by the policies of a namespace: the verdict the cluster gives when a pod with it is created, with everything that led to it. Without
 * a workload in `pod`, exceptions for workloads do not count.
 */
export function evaluateImage(image: string, policies: EffectivePolicy[], pod: JudgedPod = {}): ImageVerdict {
  const parsed = parseImage(image);
  const problem = problemOf(parsed);
  const reference = parsed.ok ? parsed.reference : undefined;
  const verdicts = policies.map((policy) =>
    problem === undefined && reference
      ? judge(reference, policy, pod)
      : refuseUnreadable(policy, problem ?? ""),
  );
  return {
    image,
    ...(reference && { reference }),
    ...(problem !== undefined && { problem }),
    allowed: verdicts.every(({ passed, audit }) => passed || audit),
    policies: verdicts,
  };
}

/** The cluster refuses what it cannot attribute to a registry, so a reference without a host counts as unreadable. */
function problemOf(parsed: ReturnType<typeof parseImage>): string | undefined {
  if (!parsed.ok) return parsed.problem;
  return parsed.reference.host === "" ? "its first part looks like a registry but cannot be one" : undefined;
}

function judge(reference: ImageReference, policy: EffectivePolicy, pod: JudgedPod): PolicyVerdict {
  const { spec } = policy;
  const view = viewImage(reference, spec.input.effect);
  const rules = compiledRulesOf(spec).map(({ rule, compiled }) =>
    withSignature(policy, reference, judgeRule(view, rule, compiled)),
  );
  const matched = rules.find((rule) => rule.matched);
  const passed = (matched !== undefined) === (spec.input.effect === "allow");
  const exception = passed ? undefined : findException(policy.exceptions ?? [], reference, pod);
  if (exception) {
    const { name, owner, expires } = exception;
    const reason = `The exception ${name} (${describeException(exception)}) lets it pass until ${expires}, for ${owner}.`;
    return { ...headOf(policy), passed: true, reason, exception, rules };
  }
  const advice = passed || policy.problem !== undefined ? undefined : adviseOn(reference, policy, rules);
  const warning = movedWords(policy, reference);
  return {
    ...headOf(policy),
    passed,
    reason: policy.problem === undefined ? reasonOf(spec, rules, matched) : `${capitalise(policy.problem)}.`,
    ...(advice !== undefined && { advice }),
    ...(warning !== undefined && { warning }),
    rules,
  };
}

/** Policies are never changed once they are read, and each judges many images. */
const compiledRules = new WeakMap<PolicySpec, { rule: ImageRule; compiled: CompiledRule }[]>();

function compiledRulesOf(spec: PolicySpec): { rule: ImageRule; compiled: CompiledRule }[] {
  const known =
    compiledRules.get(spec) ??
    rulesOf(spec).map((rule) => ({ rule, compiled: compileRule(rule, spec.input.effect) }));
  compiledRules.set(spec, known);
  return known;
}

function judgeRule(view: ImageView, rule: ImageRule, compiled: CompiledRule): RuleVerdict {
  const fields = judgeFields(rule, compiled, view);
  return { rule, matched: fields.every(({ matched }) => matched), fields };
}

/** What is not known to be signed is not. */
function withSignature(
  policy: EffectivePolicy,
  reference: ImageReference,
  verdict: RuleVerdict,
): RuleVerdict {
  if (policy.spec.recipe !== "require-signature") return verdict;
  const { verified = false, reason = "nothing is known of its signatures yet" } =
    knownSignature(policy, reference) ?? {};
  const field: FieldVerdict = {
    field: "signature",
    pattern: "a trusted signature",
    actual: verified ? reason : "",
    matched: verified,
    text: verified ? `it is ${reason}` : reason,
  };
  return { ...verdict, matched: verdict.matched && verified, fields: [...verdict.fields, field] };
}

function judgeFields(rule: ImageRule, compiled: CompiledRule, view: ImageView): FieldVerdict[] {
  const fields: FieldVerdict[] = [];
  const add = (field: FieldVerdict["field"], pattern: string, actual: string, matched: boolean) =>
    fields.push({ field, pattern, actual, matched, text: fieldText(field, pattern, actual, matched) });
  if (!compiled.hosts.includes(ANYTHING))
    add("hostname", rule.hostname, view.host, fitsAny(compiled.hosts, view.host));
  if (compiled.port !== ANYTHING) {
    const pattern = rule.port || rule.hostname;
    add("port", pattern, view.port, view.port === "" || matchesToken(compiled.port, view.port));
  }
  if (!compiled.paths.includes(ANYTHING))
    add("imageName", rule.imageName, view.path, fitsAny(compiled.paths, view.path));
  if (compiled.tag !== ANYTHING || compiled.negateTag) {
    const pattern = `${compiled.negateTag ? NEGATED : ""}${rule.tag.value}`;
    add("tag", pattern, view.tag, matchesToken(compiled.tag, view.tag) !== compiled.negateTag);
  }
  if (compiled.requireDigest) add("requireDigest", "a digest", view.digest, view.digest !== "");
  return fields;
}

function fitsAny(tokens: string[], value: string): boolean {
  return tokens.some((token) => matchesToken(token, value));
}

/** Before the pattern of a tag that an image must not have; no tag has a space. */
const NEGATED = "not ";

const FIELD_NOUNS: Record<FieldVerdict["field"], string> = {
  hostname: "registry host",
  port: "port",
  imageName: "image name",
  tag: "tag",
  requireDigest: "digest",
  signature: "signature",
};

function fieldText(field: FieldVerdict["field"], pattern: string, actual: string, matched: boolean): string {
  const noun = FIELD_NOUNS[field];
  if (field === "requireDigest") return matched ? "the image has a digest" : "the image has no digest";
  const subject = actual === "" ? `the image has no ${noun}` : `the ${noun} is ${actual}`;
  if (field === "port" && actual === "") return `${subject}, so that any fits`;
  if (field === "tag" && pattern.startsWith(NEGATED)) {
    const unwanted = pattern.slice(NEGATED.length);
    if (matched) return actual === "" ? subject : `${subject}, which does not fit ${unwanted}`;
    return actual === unwanted
      ? `${subject}, which it must not be`
      : `${subject}, and must not fit ${unwanted}`;
  }
  return `${subject}, which ${matched ? "fits" : "does not fit"} ${pattern}`;
}

function reasonOf(spec: PolicySpec, rules: RuleVerdict[], matched: RuleVerdict | undefined): string {
  const { effect } = spec.input;
  if (matched) {
    const signature = matched.fields.find(({ field }) => field === "signature");
    if (signature) return `${capitalise(signature.text)}.`;
    const fits = `It is among the images ${describeRule(matched.rule, effect)}`;
    return effect === "block" ? `${fits}, which are blocked.` : `${fits}, which are allowed.`;
  }
  if (effect === "block") return "No rule of the policy matches it, so the policy lets it pass.";
  const misses = rules
    .map(({ fields }) => fields.find((field) => !field.matched)?.text ?? "")
    .filter(Boolean);
  const first = misses[0] ?? "no rule matches";
  return misses.length <= 1
    ? `${capitalise(first)}.`
    : `None of ${misses.length} rules matches; for the first, ${first}.`;
}

function refuseUnreadable(policy: EffectivePolicy, problem: string): PolicyVerdict {
  return {
    ...headOf(policy),
    passed: false,
    reason: `It is not a valid image reference: ${problem}.`,
    advice: "Write the image as [host[:port]/]name[:tag][@digest].",
    rules: [],
  };
}

function headOf({ name, origin, spec, problem }: EffectivePolicy) {
  const { recipe, input } = spec;
  const meaning = problem === undefined ? describePolicy(spec) : `${capitalise(problem)}.`;
  return { name, origin, recipe, effect: input.effect, audit: input.audit, meaning };
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
