import { useEffect, useState } from "react";
import { type PolicyManifestInput, resourceName } from "../../common/manifest.js";
import type { PreviewAnswer } from "../../common/tmc-api.js";
import { useConsole } from "../console-context.js";

/** Long enough that a word is typed in one go, short enough to feel live. */
const PREVIEW_PAUSE_MS = 300;

/** The preview of the newest complete manifest, asked for once typing pauses; the name may still be missing or wrong. */
export function usePreview(manifest: PolicyManifestInput, isComplete: boolean): PreviewAnswer | undefined {
  const { api } = useConsole();
  const [preview, setPreview] = useState<{ of: string; answer: PreviewAnswer }>();
  const text = JSON.stringify(manifest);
  useEffect(() => {
    if (!isComplete) return undefined;
    let isWanted = true;
    async function ask(): Promise<void> {
      const policy = JSON.parse(text) as PolicyManifestInput;
      const name = resourceName.safeParse(policy.fullName.name).data ?? "unnamed";
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
