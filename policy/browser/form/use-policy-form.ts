import { useEffect, useMemo, useRef, useState } from "react";
import { fieldProblems } from "../../common/field-problems.js";
import { policyManifest, type PolicyManifestInput, type PolicySpec } from "../../common/manifest.js";
import type { PolicyView, PreviewAnswer } from "../../common/tmc-api.js";
import { draftOf, emptyDraft, manifestOf, type PolicyDraft } from "./draft.js";
import { type FieldProblem, type FormProblems, placeProblems } from "./form-problems.js";
import { TEMPLATES } from "../../common/templates.js";
import { usePreview } from "./use-preview.js";
import { formsOf, keepForm, type KeptForm } from "./kept-forms.js";
import { type FormOptions, useSaving } from "./use-saving.js";
import { useConsole } from "../console-context.js";

export interface PolicyFormState {
  draft: PolicyDraft;
  change: (part: Partial<PolicyDraft>) => void;
  /** The policy typed so far, where it is complete enough to have a meaning. */
  spec: PolicySpec | undefined;
  preview: PreviewAnswer | undefined;
  /** What is wrong, once saving was tried. */
  problems: FormProblems;
  isSaving: boolean;
  /** What somebody else saved meanwhile, where saving was refused for it. */
  theirs: PolicyView | undefined;
  /** Resolves to false where nothing was saved; `problems` or `theirs` then says why. */
  save: () => Promise<boolean>;
  /** Saves what is typed over `theirs`; refused like any other save where they changed it once more. */
  overwrite: () => Promise<boolean>;
  /** Goes on from `theirs`; what was typed is dropped. */
  takeTheirs: () => void;
}

/** The state of the form that makes or changes a policy: draft, its meaning, its impact, and saving it. */
export function usePolicyForm(
  { workspace, existing: opened, onDone }: FormOptions,
  kept: KeptForm | undefined,
): PolicyFormState {
  const [existing, setExisting] = useState(opened);
  const [draft, setDraft] = useState<PolicyDraft>(() => kept?.draft ?? draftFrom(opened));
  useKeeping({ workspace, draft, existing });
  const [wasTried, setWasTried] = useState(false);
  const manifest = useMemo(() => manifestOn(draft, workspace, existing), [draft, workspace, existing]);
  const { spec, problems } = useMemo(() => judge(manifest), [manifest]);
  const preview = usePreview(manifest, spec !== undefined);
  const { refused, theirs, forget, forgetRefusal, isSaving, send } = useSaving({
    workspace,
    existing,
    onDone,
  });
  return {
    draft,
    change: (part) => {
      forgetRefusal();
      setDraft((before) => ({ ...before, ...part }));
    },
    spec,
    preview,
    problems: placeProblems(draft, [...(wasTried ? problems : []), ...refused]),
    isSaving,
    theirs,
    save: async () => {
      setWasTried(true);
      return problems.length === 0 && send(manifest);
    },
    overwrite: async () => {
      setWasTried(true);
      setExisting(theirs);
      return problems.length === 0 && send(manifestOn(draft, workspace, theirs));
    },
    takeTheirs: () => {
      forget();
      setExisting(theirs);
      setDraft(draftFrom(theirs));
    },
  };
}

interface Keeping {
  workspace: string | undefined;
  draft: PolicyDraft;
  existing: PolicyView | undefined;
}

/** Whatever is typed is kept with the tab; a form that was only opened is not. */
function useKeeping({ workspace, draft, existing }: Keeping): void {
  const {
    api,
    hierarchy: { user },
  } = useConsole();
  const first = useRef(draft);
  useEffect(() => {
    if (draft === first.current) return;
    keepForm(formsOf(api.base, user, workspace), existing?.fullName.name ?? "", {
      draft,
      ...(existing && { existing }),
    });
  }, [api.base, user, workspace, draft, existing]);
}

function manifestOn(
  draft: PolicyDraft,
  workspace: string | undefined,
  base: PolicyView | undefined,
): PolicyManifestInput {
  return manifestOf(draft, workspace, TEMPLATES[draft.recipe].takesRules, base);
}

function draftFrom(policy: PolicyView | undefined): PolicyDraft {
  return policy ? draftOf(policy.fullName.name, policy.spec) : emptyDraft();
}

/** A policy not named yet has its meaning all the same. */
function judge(manifest: PolicyManifestInput): { spec: PolicySpec | undefined; problems: FieldProblem[] } {
  const result = policyManifest.safeParse(manifest);
  if (result.success) return { spec: result.data.spec, problems: [] };
  const problems = fieldProblems(result.error.issues, "policy", manifest).fields;
  const fullName = { ...manifest.fullName, name: "unnamed" };
  const named = policyManifest.safeParse({ ...manifest, fullName });
  return { spec: named.success ? named.data.spec : undefined, problems };
}
