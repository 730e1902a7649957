import type { LabDashboard } from "./lab.js";
import { fillPlain } from "./fill-plain.js";
import type { Variables } from "./variables.js";

/** The tab of the editor, in sessions of labs that have one. */
export const EDITOR_TAB = "Editor";

/** The tab of the image-policy console, in sessions that work in the platform's cluster. */
export const CONSOLE_TAB = "Console";

/** The tab of the objects of the session's namespace, in sessions of labs that ask for it; workshops of Educates call it `Console`. */
export const KUBERNETES_TAB = "Kubernetes";

/** Tabs that are Lectern's own, whatever address a lab gives them. */
export const OWN_TABS: readonly string[] = [CONSOLE_TAB, EDITOR_TAB];

/** Where a tab of the lab leads in a session; `undefined` for a tab that has no address. */
export function dashboardAddress({ url }: LabDashboard, variables: Variables): string | undefined {
  return url === undefined ? undefined : fillPlain(url, variables);
}

/** Why a browser cannot show the address, as the end of a sentence; `undefined` where it can. */
export function addressProblem(address: string): string | undefined {
  const unknown = /\{\{[^{}]*\}\}/.exec(address)?.[0];
  if (unknown !== undefined) return `names ${unknown}, which is not a variable of this lab`;
  if (!/^https?:\/\//i.test(address)) return "is no address of a web page";
  const [host = ""] = address.slice(address.indexOf("//") + 2).split(/[/?#]/, 1);
  return HOST.test(host) ? undefined : `names the host "${host}", which cannot be one`;
}

const HOST =
  /^(?:[^\s@:/]{1,64}@)?(?:\[[0-9A-Fa-f:.]{2,45}\]|[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,252}))(?::\d{1,5})?$/u;
