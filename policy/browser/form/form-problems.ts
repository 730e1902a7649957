import {
  filledRules,
  filledSelectors,
  type PolicyDraft,
  type RuleDraft,
  type SelectorDraft,
} from "./draft.js";
import { signerField, type SignersDraft } from "./signers-draft.js";

export interface FieldProblem {
  /** As in the manifest: `spec.input.rules.0.hostname`. */
  path: string;
  message: string;
}

/** What is wrong with a draft, each problem at the field it belongs to. */
export interface FormProblems {
  name: string | undefined;
  /** Without a field: what concerns the rule as a whole. */
  ofRule: (rule: RuleDraft, field?: string) => string | undefined;
  ofSelector: (selector: SelectorDraft, field: "key" | "values") => string | undefined;
  ofSigners: (field: keyof SignersDraft) => string | undefined;
  /** What belongs to no field on the screen. */
  elsewhere: string[];
}

const LABELS: Record<string, string> = {
  hostname: "Hostname",
  port: "Port",
  imageName: "Image Name",
  tag: "Tag",
  key: "Label key",
  values: "Values",
};

/** Finds the field of each problem: rows left empty do not count in a manifest, so its numbers are not those of the screen. */
export function placeProblems(draft: PolicyDraft, problems: FieldProblem[]): FormProblems {
  const placed = new Map<string, string>();
  const elsewhere: string[] = [];
  for (const { path, message } of problems) {
    const place = placeOf(path, draft);
    if (place === undefined) elsewhere.push(sentence(message));
    else if (!placed.has(place)) placed.set(place, wordsFor({ place, path, message }, draft));
  }
  return {
    name: placed.get("name"),
    ofRule: ({ id }, field = "") => placed.get(`rule/${id}/${field}`),
    ofSelector: ({ id }, field) => placed.get(`selector/${id}/${field}`),
    ofSigners: (field) => placed.get(`signers/${field}`),
    elsewhere,
  };
}

function placeOf(path: string, draft: PolicyDraft): string | undefined {
  if (path === "fullName.name") return "name";
  const [, signers, signer = "0"] = /^spec\.input\.(authorities)(?:\.(\d+))?/.exec(path) ?? [];
  if (signers !== undefined) return `signers/${signerField(draft, Number(signer))}`;
  const [, list, position, field = ""] =
    /^spec\.(input\.rules|namespaceSelector\.matchExpressions)\.(\d+)(?:\.(\w+))?/.exec(path) ?? [];
  if (list === undefined) return undefined;
  const kind = list === "input.rules" ? "rule" : "selector";
  const rows = kind === "rule" ? filledRules(draft) : filledSelectors(draft);
  const row = rows[Number(position)];
  return row && `${kind}/${row.id}/${kind === "selector" && field !== "values" ? "key" : field}`;
}

interface Placed extends FieldProblem {
  place: string;
}

/** Which of several signers is meant, by what is wrong with it. */
function signerWords(path: string, message: string): string {
  const [, position, part] = /\.(\d+)\.(\w+)$/.exec(path) ?? [];
  return sentence(
    position === undefined ? message : `the ${part} of signer ${Number(position) + 1} ${message}`,
  );
}

function wordsFor({ place, path, message }: Placed, draft: PolicyDraft): string {
  if (place === "name") {
    return draft.name.trim() === "" ? "Give the policy a name." : sentence(`the name ${message}`);
  }
  if (place.startsWith("signers/")) return signerWords(path, message);
  const label = LABELS[place.split("/")[2] ?? ""];
  return sentence(label === undefined ? message : `${label} ${message}`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
