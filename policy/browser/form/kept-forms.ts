import { z } from "zod";
import type { PolicyView } from "../../common/tmc-api.js";
import { type PolicyDraft, renewedDraft } from "./draft.js";

/** A form as it was left, and the policy as it was when the form was opened; none for a new one. */
export interface KeptForm {
  draft: PolicyDraft;
  existing?: PolicyView;
  /** The policy that it was to change is there no more. */
  isOfDeleted?: boolean;
}

/** Written by `keepForm` alone, so that what cannot be one is of another version and counts for nothing. */
const keptForms = z.object({
  /** Of the form that was open last, the policy's name; empty for a new one. */
  open: z.string().optional(),
  forms: z.record(
    z.string(),
    z.object({ draft: z.unknown(), existing: z.custom<PolicyView>(isPolicy).optional() }),
  ),
});

type KeptForms = z.output<typeof keptForms>;

/**
 * What is typed into the forms of a place, by the name of the policy: it stays where the page is loaded again, another one is looked at, or another form is
 * opened, until it is saved or given up. It is kept by the tab, as long as that is open.
 */
export function keptForm(place: string, name: string): KeptForm | undefined {
  const kept = read(place).forms[name];
  const draft = kept && renewedDraft(kept.draft);
  return draft && { draft, ...(kept.existing && { existing: kept.existing }) };
}

/** The form that was open last and is neither saved nor given up. */
export function openForm(place: string): (KeptForm & { name: string }) | undefined {
  const { open } = read(place);
  const kept = open === undefined ? undefined : keptForm(place, open);
  return kept && open !== undefined ? { ...kept, name: open } : undefined;
}

export function keepForm(place: string, name: string, form: KeptForm): void {
  const { forms } = read(place);
  write(place, { open: name, forms: { ...forms, [name]: form } });
}

/** For a form that was saved or given up. */
export function forgetForm(place: string, name: string): void {
  const { [name]: _gone, ...forms } = read(place).forms;
  write(place, { forms });
}

/** Names the forms of a workspace, or of the organization where it is absent: those of whoever is signed in, as a tab outlives that. */
export function formsOf(base: string, user: string, workspace: string | undefined): string {
  return `lectern-policy-forms ${base} ${encodeURIComponent(user)} ${workspace ?? ""}`;
}

function read(place: string): KeptForms {
  try {
    const parsed = keptForms.safeParse(JSON.parse(sessionStorage.getItem(place) ?? ""));
    return parsed.success ? parsed.data : { forms: {} };
  } catch {
    return { forms: {} };
  }
}

/** A tab that keeps nothing, or has no more room, goes on without. */
function write(place: string, kept: KeptForms): void {
  try {
    if (Object.keys(kept.forms).length === 0) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, JSON.stringify(kept));
  } catch {
    // Then a form lasts as long as its page.
  }
}

function isPolicy(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && "fullName" in value && "meta" in value && "spec" in value
  );
}
