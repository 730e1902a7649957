import { CONSOLE_TAB, EDITOR_TAB } from "./dashboards.js";
import { hasEditor } from "./editor/lab-editor.js";
import type { Lab } from "./lab.js";
import { SLIDES_TAB } from "./slides.js";

/** The tabs of sessions of the lab that are Lectern's own: no image policies hold in a cluster of a session's own, so that it has no console of them. */
export function builtInTabs(lab: Pick<Lab, "cluster" | "editor" | "pages" | "slides">): readonly string[] {
  return [
    "Terminal",
    ...(lab.cluster === "own" ? [] : [CONSOLE_TAB]),
    ...(hasEditor(lab) ? [EDITOR_TAB] : []),
    ...(lab.slides === undefined ? [] : [SLIDES_TAB]),
  ];
}
