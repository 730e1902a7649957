import type { ImageRule, PolicySpec } from "./manifest.js";
import { familiarName, type ImageReference } from "./reference.js";
import type { FieldVerdict, RuleVerdict } from "./verdict.js";

/** Says what would pass a policy that refused this image. */
export function adviseOn(reference: ImageReference, spec: PolicySpec, rules: RuleVerdict[]): string {
  const name = familiarName(reference);
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
