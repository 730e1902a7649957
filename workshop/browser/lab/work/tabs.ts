import type { SessionTab, SessionView } from "../../../common/api.js";
import { EDITOR_TAB } from "../../../common/dashboards.js";
import { SLIDES_TAB } from "../../../common/slides.js";
import type { IconName } from "../../parts/icon.js";

export const TERMINAL_TAB = "Terminal";
export const CONSOLE_TAB = "Console";
export { EDITOR_TAB };

export interface WorkTab extends SessionTab {
  /** How often a block has loaded it again. */
  loads?: number;
}

const ICONS: Readonly<Record<string, IconName>> = {
  [TERMINAL_TAB]: "terminal",
  [CONSOLE_TAB]: "shield",
  [EDITOR_TAB]: "pencil",
  [SLIDES_TAB]: "slides",
};

/** The picture beside a tab's name. */
export function tabIcon({ name, view }: Pick<WorkTab, "name" | "view">): IconName {
  return view === "kubernetes" ? "cube" : (ICONS[name] ?? "external");
}

/** The console of image policies among the tabs; a workshop's own tab may have its name. */
export function policyConsole(tabs: readonly WorkTab[]): WorkTab | undefined {
  return tabs.find(({ name, view }) => name === CONSOLE_TAB && view === undefined);
}

/** The tabs beside the text, in order: what the session lists, behind the terminal unless that has a place there, or is not needed. */
export function tabsOf(session: Pick<SessionView, "terminals" | "dashboards">): WorkTab[] {
  const { dashboards, terminals } = session;
  if (terminals.length === 0) return dashboards.filter(({ name }) => name !== TERMINAL_TAB);
  const hasPlace = dashboards.some(({ name }) => name === TERMINAL_TAB);
  return hasPlace ? dashboards : [{ name: TERMINAL_TAB }, ...dashboards];
}
