import { useMemo, useRef, useState } from "react";
import { policyManifest, type PolicyManifestInput, type PolicySpec } from "../../common/manifest.js";
import type { PolicyView, PreviewAnswer } from "../../common/tmc-api.js";
import { PolicyApiError, problemText } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";
import { draftOf, emptyDraft, manifestOf, type PolicyDraft } from "./draft.js";
import { type FieldProblem, type FormProblems, placeProblems } from "./form-problems.js";
import { savedNews } from "./saved-news.js";
import { TEMPLATES } from "../../common/templates.js";
import { usePreview } from "./use-preview.js";

const HTTP_CONFLICT = 409;

export interface PolicyFormState {
  draft: PolicyDraft;
  change: (part: Partial<PolicyDraft>) => void;
  /** The policy typed so far, where it is complete enough to have a meaning. */
  spec: PolicySpec | undefined;
  preview: PreviewAnswer | undefined;
  /** What is wrong, once saving was tried. */
  problems: FormProblems;
  isSaving: boolean;
  /** Resolves to false where nothing was saved; `problems` then says why. */
  save: () => Promise<boolean>;
}

interface Options {
  workspace: string | undefined;
  existing: PolicyView | undefined;
  onDone: (news: string) => void;
}

/** The state of the form that makes or changes a policy: draft, its meaning, its impact, and saving it. */
export function usePolicyForm({ workspace, existing, onDone }: Options): PolicyFormState {
  const [draft, setDraft] = useState<PolicyDraft>(() =>
    existing ? draftOf(existing.fullName.name, existing.spec) : emptyDraft(),
  );
  const [wasTried, setWasTried] = useState(false);
  const manifest = useMemo(
    () => manifestOf(draft, workspace, TEMPLATES[draft.recipe].takesRules, existing),
    [draft, workspace, existing],
  );
  const { spec, problems } = useMemo(() => judge(manifest), [manifest]);
  const preview = usePreview(manifest, spec !== undefined);
  const { refused, forget, isSaving, send } = useSaving({ workspace, existing, onDone });
  return {
    draft,
    change: (part) => {
      forget();
      setDraft((before) => ({ ...before, ...part }));
    },
    spec,
    preview,
    problems: placeProblems(draft, [...(wasTried ? problems : []), ...refused]),
    isSaving,
    save: async () => {
      setWasTried(true);
      return problems.length === 0 && send(manifest);
    },
  };
}

/** Sends the manifest, once at a time; what the server refused is kept until `forget`. */
function useSaving({ workspace, existing, onDone }: Options) {
  const { api, refresh } = useConsole();
  const [refused, setRefused] = useState<FieldProblem[]>([]);
  const [isSaving, setIsSaving] = useState(false);
  const isUnderWay = useRef(false);
  async function send(manifest: PolicyManifestInput): Promise<boolean> {
    if (isUnderWay.current) return false;
    isUnderWay.current = true;
    setIsSaving(true);
    setRefused([]);
    try {
      const { policy } = await (existing
        ? api.replacePolicy({ workspace }, manifest)
        : api.createPolicy({ workspace }, manifest));
      await refresh();
      onDone(savedNews(policy, existing ? "changed" : "created"));
      return true;
    } catch (error) {
      setRefused(refusalProblems(error, existing === undefined));
      setIsSaving(false);
      return false;
    } finally {
      isUnderWay.current = false;
    }
  }
  return { refused, forget: () => setRefused([]), isSaving, send };
}

function refusalProblems(error: unknown, isNew: boolean): FieldProblem[] {
  if (error instanceof PolicyApiError && error.fields.length > 0) return error.fields;
  if (isNew && error instanceof PolicyApiError && error.status === HTTP_CONFLICT) {
    return [{ path: "fullName.name", message: "is taken by another policy here; choose another one" }];
  }
  return [{ path: "", message: problemText(error) }];
}

/** A policy not named yet has its meaning all the same. */
function judge(manifest: PolicyManifestInput): { spec: PolicySpec | undefined; problems: FieldProblem[] } {
  const result = policyManifest.safeParse(manifest);
  if (result.success) return { spec: result.data.spec, problems: [] };
  const problems = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const fullName = { ...manifest.fullName, name: "unnamed" };
  const named = policyManifest.safeParse({ ...manifest, fullName });
  return { spec: named.success ? named.data.spec : undefined, problems };
}
