import { createHash } from "node:crypto";
import type { SessionView, StepResult } from "../common/api.js";
import { compileLabPage } from "../common/render-page.js";
import type { Lab } from "../common/lab.js";
import { isWork } from "../common/progress.js";
import { type SessionResource, linkRevisionOf, openedAtOf, phaseOf } from "../common/session.js";
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
  const openedAt = openedAtOf(session);
  const phase = phaseOf(session, now);
  const reason = session.status?.reason;
  const currentPage = lab.pages.some(({ name }) => name === activity.page)
    ? activity.page
    : lab.pages[0]?.name;
  return {
    id: session.metadata.name,
    lab: lab.name,
    labVersion: overviewOf(lab).version,
    title: lab.title,
    phase,
    ...(reason ? { reason } : {}),
    provisioning: session.status?.provisioning ?? waitingSteps(),
    namespace: session.spec.namespace,
    organization: session.spec.organization,
    pages: lab.pages.map(({ name, title }) => ({
      name,
      title,
      steps: overviewOf(lab).steps.get(name) ?? [],
    })),
    currentPage: currentPage ?? "",
    layout: lab.layout,
    terminals: shownTerminals(lab),
    dashboards: [{ name: CONSOLE }, ...lab.dashboards.filter(({ name }) => name !== CONSOLE)],
    createdAt: createdAt.toISOString(),
    minutes: session.spec.minutes,
    expiresAt: session.spec.expiresAt,
    ...(openedAt === undefined ? {} : { openedAt }),
    canExtend: phase === "Active" && canExtend(session, new Date(openedAt ?? createdAt)),
    extensionMinutes: extensionOf(lab),
    linkRevision: linkRevisionOf(session.spec),
    results,
  };
}

/** True while the learner may still take more time. */
export function canExtend(session: SessionResource, openedAt: Date): boolean {
  return (
    Date.parse(session.spec.expiresAt) - openedAt.getTime() < session.spec.minutes * 60_000 * MAX_EXTENSION
  );
}

/** Minutes a learner's extension adds: a quarter of the lab's time, at least five. */
export function extensionOf(lab: Pick<Lab, "minutes">): number {
  return Math.max(5, Math.ceil(lab.minutes / 4));
}

/** Enough to tell the versions of one lab apart. */
const VERSION_DIGITS = 16;

interface Overview {
  /** Another one for any change of the lab. */
  version: string;
  /** Steps of each page that can be done and so can be finished. */
  steps: Map<string, string[]>;
  /** Terminals that blocks act on, wherever they are. */
  terminals: Set<string>;
}

const overviews = new WeakMap<Lab, Overview>();

/** What all pages of a lab tell together; its pages are compiled once for that. */
function overviewOf(lab: Lab): Overview {
  const known = overviews.get(lab);
  if (known) return known;
  const variables = sampleVariables(lab);
  const overview: Overview = {
    version: createHash("sha256").update(JSON.stringify(lab)).digest("hex").slice(0, VERSION_DIGITS),
    steps: new Map(),
    terminals: new Set(),
  };
  for (const page of lab.pages) {
    const { actions } = compileLabPage(lab, page, variables, { fileUrl: (path) => path });
    const work = actions.filter(({ view }) => isWork(view));
    overview.steps.set(
      page.name,
      work.map(({ view }) => view.step),
    );
    for (const { view } of actions) for (const terminal of view.terminals) overview.terminals.add(terminal);
  }
  overviews.set(lab, overview);
  return overview;
}

/** The terminals of the layout, and those a block acts on besides: what runs is always seen. */
function shownTerminals(lab: Lab): string[] {
  const ofLayout = terminalsOf(lab.layout);
  const more = [...overviewOf(lab).terminals].filter((terminal) => !ofLayout.includes(terminal));
  return [...ofLayout, ...more.toSorted()];
}
