import { useEffect, useState } from "react";

/** How long a copy button says that it has copied. */
const CONFIRM_MS = 1600;

/** A function that copies, and whether it has just done so or could not. */
export function useCopy(): { state: "idle" | "copied" | "refused"; copy: (text: string) => Promise<void> } {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    const timer = state === "idle" ? undefined : setTimeout(() => setState("idle"), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return { state, copy: async (text) => setState((await copyText(text)) ? "copied" : "refused") };
}

/** Copies by the clipboard API, or by a selection where the page is not served securely; says whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}
