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
}

/** The tabs beside the text, in order: the terminal (unless the lab has none and no block needs one), then what the session lists. */
export function tabsOf(session: Pick<SessionView, "terminals" | "dashboards">): WorkTab[] {
  const others = session.dashboards.filter(({ name }) => name !== TERMINAL_TAB);
  return session.terminals.length === 0 ? others : [{ name: TERMINAL_TAB }, ...others];
}
