import type { ActionView } from "./page-view.js";
import type { FormFields } from "./action-forms.js";
import { isTerminalName, terminalWords } from "./terminals.js";

type DashboardView = Pick<ActionView, "action" | "kind" | "title"> & Partial<ActionView>;

/** What an action of a tab, or of a web page of its own, does. Throws where its address is none. */
export function dashboardView(action: string, fields: FormFields): DashboardView {
  const { name = "", url, focus = true } = fields;
  switch (action) {
    case "dashboard:open-url":
      return { action, kind: "open-url", title: "Open in a new tab", url: webAddress(url ?? "") };
    case "dashboard:create-dashboard":
      return (
        terminalTab(action, url) ?? {
          action,
          kind: "create-dashboard",
          title: `Add the tab ${name}`,
          dashboard: name,
          url: webAddress(url ?? ""),
          bringsForward: focus,
        }
      );
    case "dashboard:reload-dashboard":
      return {
        action,
        kind: "reload-dashboard",
        title: `Load ${name} again`,
        dashboard: name,
        ...(url === undefined ? {} : { url: webAddress(url) }),
        bringsForward: focus,
      };
    case "dashboard:delete-dashboard":
      return { action, kind: "delete-dashboard", title: `Take the tab ${name} away`, dashboard: name };
    default:
      return { action, kind: "open-dashboard", title: `Show ${name}`, dashboard: name };
  }
}

/** A tab of a terminal is that terminal, which stands among the others. */
function terminalTab(action: string, url: string | undefined): DashboardView | undefined {
  const terminal = /^terminal:(.*)$/.exec(url ?? "")?.[1];
  if (terminal === undefined) return undefined;
  if (!isTerminalName(terminal))
    throw new Error(`its url names the terminal "${terminal}", which none can be`);
  return {
    action,
    kind: "terminal-select",
    title: `Show ${terminalWords([terminal])}`,
    terminals: [terminal],
  };
}

function webAddress(url: string): string {
  if (/^https?:\/\//i.test(url) || /^\/(?!\/)/.test(url)) return url;
  throw new Error(`its url must begin with http:// or https://, not "${url}"`);
}
