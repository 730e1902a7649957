import { type DefinitionNames, definitionText } from "./definition-text.js";
import type { EducatesSession } from "./educates-schema.js";
import { type LabIngress, ingressSchema } from "./ingress.js";
import type { LabDashboard } from "./lab.js";
import { type ResourceNote, approximated, lacking } from "./resource-note.js";
import { builtInTabs } from "./built-in-tabs.js";
import { switchedOn } from "./educates-applications.js";
import { slidesPlace } from "./slides.js";
import { isTerminalName } from "./terminals.js";

/** The tabs of a lab in their order, and those it cannot have. */
export function dashboardsOf(
  session: EducatesSession,
  names: DefinitionNames,
): { dashboards: LabDashboard[]; terminals: string[]; notes: ResourceNote[] } {
  const dashboards: LabDashboard[] = [];
  const terminals: string[] = [];
  const notes: ResourceNote[] = [];
  const tabs = builtInTabs({ pages: [], ...switchedOn(session) });
  for (const [at, { name, url, ...others }] of (session.dashboards ?? []).entries()) {
    const path = ["spec", "session", "dashboards", at];
    notes.push(...Object.keys(others).map((key) => lacking([...path, key])));
    if (!url) {
      if (tabs.includes(name)) dashboards.push({ name });
      else notes.push(lacking(path, `shows the tab ${name}, which sessions do not have`));
      continue;
    }
    const terminal = /^(?:terminal:|\/terminal\/session\/)(.*)$/.exec(url)?.[1];
    if (terminal !== undefined) {
      if (isTerminalName(terminal)) terminals.push(terminal);
      notes.push(terminalTab(path, terminal));
      continue;
    }
    if (url.startsWith("/") && slidesPlace(url, {}) === undefined) {
      notes.push(lacking(path, `leads to ${url}, a path of the original's own server; the tab is left out`));
      continue;
    }
    const { value, unknown } = definitionText(url, names);
    const [reference] = unknown;
    if (reference === undefined) dashboards.push({ name, url: value });
    else
      notes.push({
        ...lacking(path, `names ${reference.written}, which ${reference.why}; the tab is left out`),
        isError: reference.isMistyped,
      });
  }
  return { dashboards, terminals: [...new Set(terminals)], notes };
}

function terminalTab(path: readonly PropertyKey[], terminal: string): ResourceNote {
  if (isTerminalName(terminal))
    return approximated(path, `is terminal ${terminal}, which stands among the others in the tab Terminal`);
  return lacking(path, `is a terminal of the name "${terminal}", which none can have`);
}

/** The ingresses that mean the same here, and what is to be said of those, or of parts of them, that have no effect. */
export function ingressesOf(session: EducatesSession): { ingresses: LabIngress[]; notes: ResourceNote[] } {
  const read = (session.ingresses ?? []).map((given, at) => {
    const { name, host, protocol, path, port = protocol === "https" ? 443 : 80, ...others } = given;
    const known = { name, host, protocol, path, port };
    const present = Object.fromEntries(Object.entries(known).filter(([, value]) => value != null));
    const { data } = ingressSchema.safeParse(present);
    const place = ["spec", "session", "ingresses", at];
    return {
      ingresses: data ? [data] : [],
      notes: data
        ? Object.keys(others).map((key) => lacking([...place, key]))
        : [lacking(place, "leads neither to the terminals nor to a Service of the session, and is left out")],
    };
  });
  const ingresses = read.flatMap((one) => one.ingresses);
  const notes = read.flatMap((one) => one.notes);
  const isFirst = ({ name }: LabIngress, at: number): boolean =>
    ingresses.findIndex((other) => other.name === name) === at;
  return { ingresses: ingresses.filter(isFirst), notes };
}
