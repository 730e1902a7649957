import { CONSOLE_TAB, EDITOR_TAB } from "./dashboards.js";
import { hasEditor } from "./editor/lab-editor.js";
import type { Lab } from "./lab.js";
import { SLIDES_TAB } from "./slides.js";

/**
 * The tabs of sessions of the lab that are Lectern's own, each once: no image policies hold in a cluster of a session's own, so that it has no
 * console of them, and a lab whose tab of objects has its name has none either.
 */
export function builtInTabs(
  lab: Pick<Lab, "cluster" | "editor" | "kubernetesTab" | "pages" | "slides">,
): readonly string[] {
  const tabs = [
    "Terminal",
    ...(lab.cluster === "own" ? [] : [CONSOLE_TAB]),
    ...(hasEditor(lab) ? [EDITOR_TAB] : []),
    ...(lab.kubernetesTab === undefined ? [] : [lab.kubernetesTab]),
    ...(lab.slides === undefined ? [] : [SLIDES_TAB]),
  ];
  return [...new Set(tabs)];
}
