import type { SessionView } from "../../../common/api.js";
import type { IngressAddress } from "../../../common/ingress.js";

export const TERMINAL_TAB = "Terminal";
export const CONSOLE_TAB = "Console";

export interface WorkTab {
  name: string;
  /** Where a tab of the lab's own leads. */
  url?: string;
  /** The application of the session that it shows. */
  ingress?: IngressAddress;
  /** How often a block has loaded it again. */
  loads?: number;
}

/** The tabs beside the text, in order: what the session lists, behind the terminal unless that has a place there, or is not needed. */
export function tabsOf(session: Pick<SessionView, "terminals" | "dashboards">): WorkTab[] {
  const { dashboards, terminals } = session;
  if (terminals.length === 0) return dashboards.filter(({ name }) => name !== TERMINAL_TAB);
  const hasPlace = dashboards.some(({ name }) => name === TERMINAL_TAB);
  return hasPlace ? dashboards : [{ name: TERMINAL_TAB }, ...dashboards];
}
