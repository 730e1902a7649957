import type { SessionView } from "../../../common/api.js";

export const TERMINAL_TAB = "Terminal";
export const CONSOLE_TAB = "Console";

export interface WorkTab {
  name: string;
  /** Where a tab of the lab's own leads. */
  url?: string;
}

/** The tabs beside the text, in order: the terminal (unless the lab has none), then what the session lists. */
export function tabsOf(session: Pick<SessionView, "layout" | "dashboards">): WorkTab[] {
  const others = session.dashboards.filter(({ name }) => name !== TERMINAL_TAB);
  return session.layout === "none" ? others : [{ name: TERMINAL_TAB }, ...others];
}
