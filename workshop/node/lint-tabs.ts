import type { ActionView } from "../common/page-view.js";
import { builtInTabs } from "../common/built-in-tabs.js";
import { addressProblem, dashboardAddress } from "../common/dashboards.js";
import { ingressAt, isIngressLike } from "../common/ingress.js";
import type { Lab, LabProblem } from "../common/lab.js";
import { slidesPlace } from "../common/slides.js";
import { type Variables, sampleVariables } from "../common/variables.js";
import type { Inspected } from "./lint-files.js";
import { EDUCATES_FORMS, labFileOf } from "./lint-place.js";

/** Blocks that show a tab which is neither a session's own, nor the lab's, nor made by a block of any page. */
export function unknownTabs(
  lab: Lab,
  { page, compiled: { actions } }: Inspected,
  tabs: ReadonlySet<string>,
): LabProblem[] {
  return actions
    .filter(({ view }) => view.kind === "open-dashboard" && !tabs.has(view.dashboard ?? ""))
    .map(({ line, view }) => ({
      severity: "error",
      rule: "dashboard",
      file: page.file,
      line,
      message: `The block shows the tab "${view.dashboard ?? ""}", but sessions of the lab have ${[...tabs].join(", ")}`,
      fix: 'Correct the name, or list the tab under "dashboards"',
      action: view.action,
      ...(EDUCATES_FORMS.has(lab.source.form) && { fidelity: "lacking" as const }),
    }));
}

/** The tab that a block makes; loading one that is not there makes it too, where it has an address. */
export function tabMade({ kind, dashboard, url }: ActionView): string[] {
  const makes = kind === "create-dashboard" || (kind === "reload-dashboard" && url !== undefined);
  return makes && dashboard !== undefined ? [dashboard] : [];
}

export function deadTabs(lab: Lab): LabProblem[] {
  const variables = sampleVariables(lab);
  return lab.dashboards.flatMap((dashboard): LabProblem[] => {
    const address = dashboardAddress(dashboard, variables);
    const isSlides =
      address !== undefined && lab.slides !== undefined && slidesPlace(address, variables) !== undefined;
    if (address === undefined || isSlides) return [];
    const problem = addressProblem(address);
    const about = `The tab "${dashboard.name}" has the address ${dashboard.url ?? ""}, which`;
    if (problem !== undefined)
      return [
        deadTab(lab, `${about} ${problem}`, "Write a whole address that begins with http:// or https://"),
      ];
    return isAnswered(lab, address, variables) ? [] : [unlistedApplication(lab, about)];
  });
}

function deadTab(lab: Lab, message: string, fix: string): LabProblem {
  return { severity: "error", rule: "dashboard", ...labFileOf(lab), message, fix };
}

/** Whether the address lies outside the session, or the lab lists the ingress that it names. */
function isAnswered(lab: Lab, address: string, variables: Variables): boolean {
  return !isIngressLike(address, variables) || ingressAt(address, lab.ingresses, variables) !== undefined;
}

/** The learner may make the object that answers, as workshops of Educates have them do. */
function unlistedApplication(lab: Lab, about: string): LabProblem {
  return {
    severity: "warning",
    rule: "dashboard",
    ...labFileOf(lab),
    message: `${about} names an application that the lab lists no ingress for: it is answered by an Ingress of the session, once the learner has made one for that host`,
    fix: 'List it under "ingresses"; with "kind: Ingress" where an Ingress of the learner answers',
  };
}

/** Tabs that sessions are made without: of a name alone that no tab of theirs has nor any block makes, and of a name that a tab before has. */
export function leftOutTabs(lab: Lab, made: readonly string[]): LabProblem[] {
  const own = builtInTabs(lab);
  return lab.dashboards.flatMap(({ name, url }, at): LabProblem[] => {
    if (lab.dashboards.findIndex((other) => other.name === name) < at)
      return [
        deadTab(lab, `There is another tab of the name "${name}" before`, "Give each tab its own name"),
      ];
    if (url !== undefined || own.includes(name) || made.includes(name)) return [];
    const message = `The tab "${name}" has no address, and sessions of the lab have no tab of that name of their own`;
    return [deadTab(lab, message, `Give it a url, or name one of ${own.join(", ")}`)];
  });
}
