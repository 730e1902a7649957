import type { SessionView } from "../../../common/api.js";
import { EDITOR_TAB } from "../../../common/dashboards.js";
import { SLIDES_TAB } from "../../../common/slides.js";
import type { IngressAddress } from "../../../common/ingress.js";
import type { IconName } from "../../parts/icon.js";

export const TERMINAL_TAB = "Terminal";
export const CONSOLE_TAB = "Console";
export { EDITOR_TAB };

export interface WorkTab {
  name: string;
  /** Where a tab of the lab's own leads. */
  url?: string;
  /** The application of the session that it shows. */
  ingress?: IngressAddress;
  /** The place in the lab's slides that it shows. */
  slides?: string;
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
export function tabIcon(name: string): IconName {
  return ICONS[name] ?? "external";
}

/** The tabs beside the text, in order: what the session lists, behind the terminal unless that has a place there, or is not needed. */
export function tabsOf(session: Pick<SessionView, "terminals" | "dashboards">): WorkTab[] {
  const { dashboards, terminals } = session;
  if (terminals.length === 0) return dashboards.filter(({ name }) => name !== TERMINAL_TAB);
  const hasPlace = dashboards.some(({ name }) => name === TERMINAL_TAB);
  return hasPlace ? dashboards : [{ name: TERMINAL_TAB }, ...dashboards];
}
