import type { EffectivePolicy } from "./effective.js";
import { knownSignature, knownTag } from "./known-image.js";
import type { ImageRule } from "./manifest.js";
import { familiarName, type ImageReference } from "./reference.js";
import type { FieldVerdict, RuleVerdict } from "./verdict.js";

/** Says what would pass a policy that refused this image. */
export function adviseOn(reference: ImageReference, policy: EffectivePolicy, rules: RuleVerdict[]): string {
  const { spec } = policy;
  const name = familiarName(reference);
  const pinned = reference.digest === "" ? pinnedName(reference, policy) : undefined;
  if (pinned !== undefined && (spec.recipe === "require-digest" || spec.recipe === "require-signature"))
    return `Write ${pinned}.`;
  if (spec.recipe === "require-signature") return adviseOnSignature(reference, policy);
  if (spec.recipe === "require-digest") {
    return `Pin the image: ${name}${reference.tag && `:${reference.tag}`}@sha256:..., as \`docker buildx imagetools inspect ${name}\` prints it.`;
  }
  if (spec.recipe === "block-latest-tag")
    return `Name a version: ${name}:1.2.3, say, or a digest in place of the tag.`;
  if (spec.input.effect === "block") return "Use another image, or change the rule that matched.";
  const nearest = rules.toSorted((left, right) => misses(left).length - misses(right).length)[0];
  if (!nearest) return "Add a rule that matches it.";
  return `It would pass with ${misses(nearest)
    .map((field) => remedy(field, nearest.rule, reference))
    .join(" and ")}.`;
}

/** The reference with the digest that its tag means; `undefined` where that is not known. */
function pinnedName(reference: ImageReference, policy: EffectivePolicy): string | undefined {
  const digest = knownTag(policy, reference)?.digest;
  return digest && `${familiarName(reference)}${reference.tag && `:${reference.tag}`}@${digest}`;
}

function adviseOnSignature(reference: ImageReference, policy: EffectivePolicy): string {
  const { tag, digest } = reference;
  const written = `${familiarName(reference)}${tag && `:${tag}`}${digest && `@${digest}`}`;
  const isKnown = knownSignature(policy, reference) !== undefined;
  const problem = digest === "" ? knownTag(policy, reference)?.problem : undefined;
  if (!isKnown && problem === undefined) return `Have it looked at: tmc image verify ${written}`;
  const what = isKnown
    ? "Sign it (cosign sign), or use an image that is signed"
    : "The registry did not tell";
  return `${what}; then have it looked at anew: tmc image verify ${written}`;
}

function misses({ fields }: RuleVerdict): FieldVerdict[] {
  return fields.filter(({ matched }) => !matched);
}

function remedy(field: FieldVerdict, rule: ImageRule, reference: ImageReference): string {
  switch (field.field) {
    case "hostname":
      return `the registry ${rule.hostname}`;
    case "port":
      return `the port ${field.pattern}`;
    case "imageName":
      return reference.path === `library/${rule.imageName}`
        ? `the rule naming library/${rule.imageName}, which is what ${rule.imageName} on Docker Hub is called in full`
        : `the name ${rule.imageName}`;
    case "tag":
      return rule.tag.negate ? `a tag other than ${rule.tag.value}` : `the tag ${rule.tag.value}`;
    default:
      return "a digest (@sha256:...)";
  }
}
