import { z } from "zod";
import { DEFAULT_EFFECT } from "../../common/default-effect.js";
import type {
  Effect,
  ImageRule,
  LabelRequirement,
  PolicyManifestInput,
  PolicySpec,
  Recipe,
} from "../../common/manifest.js";
import type { PolicyView } from "../../common/tmc-api.js";
import { RECIPES } from "../../common/templates.js";
import { type SignersDraft, signersDraft, signersIn } from "./signers-draft.js";

/** One rule as it is typed; `id` keeps the row's place on the screen. */
export interface RuleDraft {
  id: number;
  hostname: string;
  port: string;
  imageName: string;
  tag: string;
  tagNegated: boolean;
  requireDigest: boolean;
}

/** One label selector as it is typed: values separated by commas, none for "whatever the value". */
export interface SelectorDraft {
  id: number;
  key: string;
  values: string;
}

/** The form as it stands; everything typed counts, with no button to press first. */
export interface PolicyDraft extends SignersDraft {
  recipe: Recipe;
  name: string;
  effect: Effect;
  rules: RuleDraft[];
  include: SelectorDraft[];
  exclude: SelectorDraft[];
  audit: boolean;
  /** Registries are asked what tags mean. */
  verify: boolean;
}

let nextId = 0;

export function emptyRule(): RuleDraft {
  return {
    id: nextId++,
    hostname: "",
    port: "",
    imageName: "",
    tag: "",
    tagNegated: false,
    requireDigest: false,
  };
}

export function emptySelector(): SelectorDraft {
  return { id: nextId++, key: "", values: "" };
}

/** A new policy starts on Require Digest, and a custom one on blocking what it names. */
export function emptyDraft(): PolicyDraft {
  return {
    recipe: "require-digest",
    name: "",
    effect: DEFAULT_EFFECT.fields,
    rules: [emptyRule()],
    include: [],
    exclude: [],
    audit: false,
    verify: false,
    keys: "",
    identities: "",
  };
}

const keptRule = z.object({
  hostname: z.string(),
  port: z.string(),
  imageName: z.string(),
  tag: z.string(),
  tagNegated: z.boolean(),
  requireDigest: z.boolean(),
});
const keptSelector = z.object({ key: z.string(), values: z.string() });
const keptDraft = z.object({
  recipe: z.enum(RECIPES),
  name: z.string(),
  effect: z.enum(["allow", "block"]),
  rules: z.array(keptRule),
  include: z.array(keptSelector),
  exclude: z.array(keptSelector),
  audit: z.boolean(),
  verify: z.boolean(),
  keys: z.string(),
  identities: z.string(),
});

function placed<Row extends object>(rows: Row[]): (Row & { id: number })[] {
  return rows.map((row) => ({ ...row, id: nextId++ }));
}

/** A draft that was kept beyond its page; its rows take places of this one. `undefined` where it is none. */
export function renewedDraft(kept: unknown): PolicyDraft | undefined {
  const parsed = keptDraft.safeParse(kept);
  if (!parsed.success) return undefined;
  const { rules, include, exclude, ...rest } = parsed.data;
  return { ...rest, rules: placed(rules), include: placed(include), exclude: placed(exclude) };
}

/** The form filled with a policy that exists. */
export function draftOf(name: string, { recipe, input, namespaceSelector }: PolicySpec): PolicyDraft {
  const of = (...operators: LabelRequirement["operator"][]) =>
    namespaceSelector.matchExpressions
      .filter(({ operator }) => operators.includes(operator))
      .map(({ key, values }) => ({ id: nextId++, key, values: values.join(", ") }));
  return {
    recipe,
    name,
    effect: input.effect,
    rules: input.rules.length > 0 ? input.rules.map(ruleDraft) : [emptyRule()],
    include: of("In", "Exists"),
    exclude: of("NotIn", "DoesNotExist"),
    audit: input.audit,
    verify: input.verify === true,
    ...signersDraft(input.authorities ?? []),
  };
}

/**
 * The manifest the form stands for; rows left wholly empty do not count. What an existing policy has beyond the form's fields is kept, and its version
 * goes along, so that nobody's change in between is lost.
 */
export function manifestOf(
  draft: PolicyDraft,
  workspace: string | undefined,
  takesRules: boolean,
  existing?: PolicyView,
): PolicyManifestInput {
  return {
    ...(existing && { meta: keptMeta(existing) }),
    fullName: { name: draft.name.trim(), ...(workspace === undefined ? {} : { workspaceName: workspace }) },
    spec: {
      type: "image-policy",
      recipe: draft.recipe,
      recipeVersion: "v1",
      input: {
        audit: draft.audit,
        ...(draft.verify && { verify: true }),
        ...(draft.recipe === "require-signature" && { authorities: signersIn(draft) }),
        ...(draft.recipe === "custom" ? { effect: draft.effect } : {}),
        ...(takesRules ? { rules: filledRules(draft).map((rule) => ruleOf(rule, draft.recipe)) } : {}),
      },
      namespaceSelector: {
        matchExpressions: [
          ...draft.include.filter(isSelectorFilled).map((each) => requirement(each, "In", "Exists")),
          ...draft.exclude.filter(isSelectorFilled).map((each) => requirement(each, "NotIn", "DoesNotExist")),
        ],
      },
    },
  };
}

/** The rules that say anything, in order: rule `n` of the manifest is entry `n` of these. */
export function filledRules({ rules }: PolicyDraft): RuleDraft[] {
  return rules.some(isFilled) ? rules.filter(isFilled) : rules.slice(0, 1);
}

/** The number on the screen of rule `position` of the manifest. */
export function ruleNumber(draft: PolicyDraft, position: number): number {
  const rule = filledRules(draft)[position];
  return draft.rules.findIndex(({ id }) => id === rule?.id) + 1;
}

/** The selectors that say anything, in the order of the manifest. */
export function filledSelectors({ include, exclude }: PolicyDraft): SelectorDraft[] {
  return [...include, ...exclude].filter(isSelectorFilled);
}

function isSelectorFilled({ key, values }: SelectorDraft): boolean {
  return key.trim() !== "" || values.trim() !== "";
}

function keptMeta({ meta: { description, labels, resourceVersion } }: PolicyView) {
  return { description, labels, resourceVersion };
}

function isFilled({ hostname, port, imageName, tag, requireDigest }: RuleDraft): boolean {
  return [hostname, port, imageName, tag].some((text) => text.trim() !== "") || requireDigest;
}

function ruleDraft({ hostname, port, imageName, tag, requireDigest }: ImageRule): RuleDraft {
  return { id: nextId++, hostname, port, imageName, tag: tag.value, tagNegated: tag.negate, requireDigest };
}

function ruleOf(rule: RuleDraft, recipe: Recipe) {
  const named = {
    imageName: rule.imageName.trim(),
    tag: { value: rule.tag.trim(), negate: rule.tagNegated },
  };
  if (recipe === "allowed-name-tag") return named;
  return {
    hostname: rule.hostname.trim(),
    port: rule.port.trim(),
    ...named,
    requireDigest: rule.requireDigest,
  };
}

function requirement(
  { key, values }: SelectorDraft,
  withValues: LabelRequirement["operator"],
  withoutValues: LabelRequirement["operator"],
): LabelRequirement {
  const list = values
    .split(",")
    .map((value) => value.trim())
    .filter(Boolean);
  return { key: key.trim(), operator: list.length > 0 ? withValues : withoutValues, values: list };
}
