import { useRef, useState } from "react";
import type { PolicyManifestInput } from "../../common/manifest.js";
import type { PolicyView } from "../../common/tmc-api.js";
import { PolicyApiError, problemText } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";
import type { FieldProblem } from "./form-problems.js";
import { savedNews } from "./saved-news.js";

const HTTP_CONFLICT = 409;

/** A form that is open: for a new policy, or for a change of one that exists. */
export interface FormOptions {
  workspace: string | undefined;
  existing: PolicyView | undefined;
  onDone: (news: string) => void;
}

/** Sends the manifest, once at a time; what the server refused is kept until `forget`, and so is what somebody else saved meanwhile. */
export function useSaving({ workspace, existing, onDone }: FormOptions) {
  const { api, refresh } = useConsole();
  const [refused, setRefused] = useState<FieldProblem[]>([]);
  const [theirs, setTheirs] = useState<PolicyView>();
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
      const saved = existing && isConflict(error) ? await savedMeanwhile(manifest) : undefined;
      setTheirs(saved);
      if (!saved) setRefused(refusalProblems(error, existing === undefined));
      setIsSaving(false);
      return false;
    } finally {
      isUnderWay.current = false;
    }
  }
  /** `undefined` where it cannot be asked for now, or is gone; then the refusal itself is shown. */
  async function savedMeanwhile({ fullName }: PolicyManifestInput): Promise<PolicyView | undefined> {
    return api.policy({ workspace }, fullName.name).then(
      ({ policy }) => policy,
      () => undefined,
    );
  }
  function forget(): void {
    setRefused([]);
    setTheirs(undefined);
  }
  return { refused, theirs, forget, forgetRefusal: () => setRefused([]), isSaving, send };
}

function isConflict(error: unknown): boolean {
  return error instanceof PolicyApiError && error.status === HTTP_CONFLICT;
}

function refusalProblems(error: unknown, isNew: boolean): FieldProblem[] {
  if (error instanceof PolicyApiError && error.fields.length > 0) return error.fields;
  if (isNew && isConflict(error)) {
    return [{ path: "fullName.name", message: "is taken by another policy here; choose another one" }];
  }
  return [{ path: "", message: problemText(error) }];
}
