import type { Authority } from "./authority.js";
import { isDockerHub } from "./docker-hub.js";
import type { Effect, ImageRule, LabelRequirement, PolicySpec } from "./manifest.js";

const MAX_REASON_CHARACTERS = 240;

/** States in one sentence what a policy demands, for people who choose or meet it. */
export function describePolicy({ recipe, input }: PolicySpec): string {
  const dryRun = input.audit ? " Dry run: violations are reported, nothing is refused." : "";
  const asked = input.verify ? " Registries are asked what tags mean." : "";
  if (recipe === "require-digest")
    return `Every image must carry a digest (name@sha256:...).${asked}${dryRun}`;
  if (recipe === "require-signature")
    return `Every image must carry a digest, and be signed by ${signers(input.authorities)}; what is not known to be is refused.${dryRun}`;
  if (recipe === "block-latest-tag") {
    return `No image may have the tag latest, neither written nor by leaving the tag out.${asked}${dryRun}`;
  }
  const rules = input.rules.map((rule) => describeRule(rule, input.effect)).join("; or ");
  if (rules === "") return `No rule is given yet.${dryRun}`;
  return input.effect === "block"
    ? `Images are refused when they are ${rules}. All others may run.${asked}${dryRun}`
    : `Images may run only when they are ${rules}. All others are refused.${asked}${dryRun}`;
}

/** The images a rule means, to follow "images ...": `named busybox with a tag other than v1`. */
export function describeRule(rule: ImageRule, effect: Effect): string {
  const parts = [nameWords(rule, effect), hostWords(rule, effect), tagWords(rule)];
  if (rule.requireDigest) parts.push("with a digest");
  const words = parts.filter((part) => part !== "").join(" ");
  return words === "" ? "of any name" : words;
}

/** The clause that ends a denial: what the policy demands, in a line an event can hold. */
export function denialReason({ recipe, input }: PolicySpec): string {
  if (recipe === "require-digest") return "images must carry a digest (name@sha256:...)";
  if (recipe === "block-latest-tag") return "the tag latest, written or implied, is not allowed";
  if (recipe === "require-signature")
    return `images must carry a digest that is signed by ${signers(input.authorities)}`;
  const rules = input.rules.map((rule) => describeRule(rule, input.effect)).join("; or ");
  const clause =
    input.effect === "block" ? `images ${rules} are blocked` : `only images ${rules} are allowed`;
  return clause.length <= MAX_REASON_CHARACTERS ? clause : `${clause.slice(0, MAX_REASON_CHARACTERS)}...`;
}

/** Which namespaces a selector leaves, to follow "namespaces ...". */
export function describeSelector(requirements: LabelRequirement[]): string {
  if (requirements.length === 0) return "all namespaces";
  return `namespaces ${requirements.map(requirementWords).join(" and ")}`;
}

/** A reason stands in every refusal, and a subject can be long. */
const MAX_SUBJECT_CHARACTERS = 120;

function signers(authorities: Authority[] = []): string {
  const [first, ...others] = authorities;
  if (others.length > 0) {
    const kind = authorities.every(({ key }) => key !== undefined) ? "keys" : "signers";
    return `one of ${authorities.length} trusted ${kind}`;
  }
  const { subject } = first ?? {};
  if (subject === undefined) return "the trusted key";
  return subject.length <= MAX_SUBJECT_CHARACTERS
    ? subject
    : `${subject.slice(0, MAX_SUBJECT_CHARACTERS)}...`;
}

function nameWords({ imageName }: ImageRule, effect: Effect): string {
  if (imageName === "" || imageName === "*") return "";
  const anywhere = effect === "block" && !imageName.includes("/") ? " (in any repository)" : "";
  return `named ${imageName}${anywhere}`;
}

function hostWords({ hostname, port }: ImageRule, effect: Effect): string {
  if (hostname === "" || hostname === "*") return port === "" ? "" : portWords(port, effect);
  const alias = effect === "block" && isDockerHub(hostname) ? " (Docker Hub under all its names)" : "";
  return `from ${hostname}${alias}${port === "" ? "" : ` ${portWords(port, effect)}`}`;
}

function portWords(port: string, effect: Effect): string {
  return effect === "block" ? `on port ${port}` : `on port ${port} if they name a port`;
}

function tagWords({ tag }: ImageRule): string {
  if (tag.value === "") return "";
  return tag.negate ? `with a tag other than ${tag.value}` : `with the tag ${tag.value}`;
}

function requirementWords({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `with ${key}=${values[0]}` : `with ${key} one of ${values.join(", ")}`;
    case "NotIn":
      return values.length === 1 ? `without ${key}=${values[0]}` : `with ${key} none of ${values.join(", ")}`;
    case "Exists":
      return `with the label ${key}`;
    default:
      return `without the label ${key}`;
  }
}
