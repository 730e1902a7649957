import { useEffect, useMemo, useState } from "react";
import { policyManifest, type PolicyManifestInput, type PolicySpec } from "../../common/manifest.js";
import type { PolicyView, PreviewAnswer } from "../../common/tmc-api.js";
import { PolicyApiError, problemText } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";
import { draftOf, emptyDraft, manifestOf, type PolicyDraft } from "./draft.js";
import { TEMPLATES } from "./templates.js";

/** Long enough that a word is typed in one go, short enough to feel live. */
const PREVIEW_PAUSE_MS = 300;

export interface FieldProblem {
  path: string;
  message: string;
}

export interface PolicyFormState {
  draft: PolicyDraft;
  change: (part: Partial<PolicyDraft>) => void;
  /** The policy typed so far, where it is complete enough to have a meaning. */
  spec: PolicySpec | undefined;
  preview: PreviewAnswer | undefined;
  /** What is wrong, once saving was tried. */
  problems: FieldProblem[];
  refusal: string | undefined;
  isSaving: boolean;
  save: () => Promise<void>;
}

interface Options {
  workspace: string | undefined;
  existing: PolicyView | undefined;
  onDone: (news: string) => void;
}

/** The state of the form that makes or changes a policy: draft, its meaning, its impact, and saving it. */
export function usePolicyForm({ workspace, existing, onDone }: Options): PolicyFormState {
  const { api, refresh } = useConsole();
  const [draft, setDraft] = useState<PolicyDraft>(() =>
    existing ? draftOf(existing.fullName.name, existing.spec) : emptyDraft(),
  );
  const [wasTried, setWasTried] = useState(false);
  const [refused, setRefused] = useState<{ text: string; fields: FieldProblem[] }>();
  const [isSaving, setIsSaving] = useState(false);
  const manifest = useMemo(
    () => manifestOf(draft, workspace, TEMPLATES[draft.recipe].takesRules),
    [draft, workspace],
  );
  const { spec, problems } = useMemo(() => judge(manifest), [manifest]);
  const preview = usePreview(manifest, spec !== undefined);

  async function save(): Promise<void> {
    setWasTried(true);
    if (problems.length > 0) return;
    setIsSaving(true);
    setRefused(undefined);
    try {
      await (existing
        ? api.replacePolicy({ workspace }, manifest)
        : api.createPolicy({ workspace }, manifest));
      await refresh();
      onDone(`Policy ${manifest.fullName.name} is ${existing ? "changed" : "created"} and in force.`);
    } catch (error) {
      setRefused({ text: problemText(error), fields: error instanceof PolicyApiError ? error.fields : [] });
      setIsSaving(false);
    }
  }

  return {
    draft,
    change: (part) => setDraft((before) => ({ ...before, ...part })),
    spec,
    preview,
    problems: [...(wasTried ? problems : []), ...(refused?.fields ?? [])],
    refusal: refused?.text,
    isSaving,
    save,
  };
}

function judge(manifest: PolicyManifestInput): { spec: PolicySpec | undefined; problems: FieldProblem[] } {
  const result = policyManifest.safeParse(manifest);
  if (result.success) return { spec: result.data.spec, problems: [] };
  const problems = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const named = policyManifest.safeParse({
    ...manifest,
    fullName: { ...manifest.fullName, name: "unnamed" },
  });
  return { spec: named.success ? named.data.spec : undefined, problems };
}

/** The preview of the newest complete manifest, asked for once typing pauses. */
function usePreview(manifest: PolicyManifestInput, isComplete: boolean): PreviewAnswer | undefined {
  const { api } = useConsole();
  const [preview, setPreview] = useState<{ of: string; answer: PreviewAnswer }>();
  const text = JSON.stringify(manifest);
  useEffect(() => {
    if (!isComplete) return undefined;
    let isWanted = true;
    async function ask(): Promise<void> {
      const policy = JSON.parse(text) as PolicyManifestInput;
      const name = policy.fullName.name || "unnamed";
      const answer = await api.preview({ policy: { ...policy, fullName: { ...policy.fullName, name } } });
      if (isWanted) setPreview({ of: text, answer });
    }
    // A preview is a courtesy: where it cannot be had, saving still says what is wrong.
    const timer = setTimeout(() => void ask().catch(() => undefined), PREVIEW_PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [api, text, isComplete]);
  return isComplete && preview?.of === text ? preview.answer : undefined;
}
