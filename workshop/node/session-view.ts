import type { SessionView, StepResult } from "../common/api.js";
import { compileLabPage } from "../common/render-page.js";
import type { Lab } from "../common/lab.js";
import { type SessionResource, phaseOf } from "../common/session.js";
import { terminalsOf } from "../common/terminals.js";
import { sampleVariables } from "../common/variables.js";
import type { Activity } from "./activity-store.js";
import { waitingSteps } from "./provisioning-steps.js";

/** Most a session may be prolonged beyond its lab's time by its learner: as long again. */
const MAX_EXTENSION = 2;

/** The tab of the image-policy console; every session has it. */
const CONSOLE = "Console";

export interface SessionActivity {
  activity: Activity;
  results: StepResult[];
  now: number;
}

/** A session as a browser sees it. */
export function sessionView(
  session: SessionResource,
  lab: Lab,
  { activity, results, now }: SessionActivity,
): SessionView {
  const createdAt = new Date(session.metadata.creationTimestamp ?? now);
  const phase = phaseOf(session, now);
  const reason = session.status?.reason;
  const currentPage = lab.pages.some(({ name }) => name === activity.page)
    ? activity.page
    : lab.pages[0]?.name;
  return {
    id: session.metadata.name,
    lab: lab.name,
    title: lab.title,
    phase,
    ...(reason ? { reason } : {}),
    provisioning: session.status?.provisioning ?? waitingSteps(),
    namespace: session.spec.namespace,
    organization: session.spec.organization,
    pages: lab.pages.map(({ name, title }) => ({ name, title, steps: stepsOf(lab).get(name) ?? 0 })),
    currentPage: currentPage ?? "",
    layout: lab.layout,
    terminals: terminalsOf(lab.layout),
    dashboards: [{ name: CONSOLE }, ...lab.dashboards.filter(({ name }) => name !== CONSOLE)],
    createdAt: createdAt.toISOString(),
    expiresAt: session.spec.expiresAt,
    canExtend: phase === "Active" && canExtend(session, createdAt),
    results,
  };
}

/** True while the learner may still take more time. */
export function canExtend(session: SessionResource, createdAt: Date): boolean {
  return (
    Date.parse(session.spec.expiresAt) - createdAt.getTime() < session.spec.minutes * 60_000 * MAX_EXTENSION
  );
}

const counted = new WeakMap<Lab, Map<string, number>>();

/** Steps of each page that can be done and so can be finished; counted once for each lab. */
export function stepsOf(lab: Lab): Map<string, number> {
  const known = counted.get(lab);
  if (known) return known;
  const variables = sampleVariables(lab);
  const counts = new Map(
    lab.pages.map((page) => [
      page.name,
      compileLabPage(lab, page, variables, { fileUrl: (path) => path }).actions.filter(({ view }) =>
        isStep(view.kind),
      ).length,
    ]),
  );
  counted.set(lab, counts);
  return counts;
}

function isStep(kind: string): boolean {
  return kind === "execute" || kind === "execute-all" || kind === "terminal-input" || kind === "manual";
}
