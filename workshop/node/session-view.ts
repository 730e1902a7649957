import { createHash } from "node:crypto";
import type { SessionTab, SessionView, StepResult } from "../common/api.js";
import { builtInTabs } from "../common/built-in-tabs.js";
import { OWN_TABS, addressProblem, dashboardAddress } from "../common/dashboards.js";
import { EVENT_LABEL } from "../common/event.js";
import { guestView } from "../common/help.js";
import { ingressAt } from "../common/ingress.js";
import type { Lab } from "../common/lab.js";
import { type SessionResource, linkRevisionOf, openedAtOf, phaseOf } from "../common/session.js";
import { pausedUntil } from "../common/session-time.js";
import { SLIDES_TAB, slidesPlace } from "../common/slides.js";
import type { Variables } from "../common/variables.js";
import { terminalsOf } from "../common/terminals.js";
import type { Activity } from "./activity-store.js";
import { waitingSteps } from "./provisioning-steps.js";

/** Most a session may be prolonged beyond its lab's time by its learner: as long again. */
const MAX_EXTENSION = 2;

export interface SessionActivity {
  activity: Activity;
  results: StepResult[];
  recording: SessionView["recording"];
  /** What the lab may name in this session. */
  variables: Variables;
  now: number;
}

/** A session as a browser sees it. */
export function sessionView(
  session: SessionResource,
  lab: Lab,
  { activity, results, recording, variables, now }: SessionActivity,
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
    labVersion: versionOf(lab),
    title: lab.title,
    phase,
    ...(reason ? { reason } : {}),
    provisioning: session.status?.provisioning ?? waitingSteps(),
    namespace: session.spec.namespace,
    organization: session.spec.organization,
    pages: lab.pages.map(({ name, title, steps }) => ({ name, title, steps })),
    currentPage: currentPage ?? "",
    layout: lab.layout,
    terminals: shownTerminals(lab),
    dashboards: tabsOf(lab, variables),
    createdAt: createdAt.toISOString(),
    minutes: session.spec.minutes,
    expiresAt: session.spec.expiresAt,
    ...(openedAt === undefined ? {} : { openedAt }),
    canExtend: phase === "Active" && canExtend(session, new Date(openedAt ?? createdAt)),
    extensionMinutes: extensionOf(lab),
    linkRevision: linkRevisionOf(session.spec),
    recording,
    ...asked(session, now),
    results,
  };
}

/** What goes on between the learner and those who help. */
function asked(
  { metadata, spec }: SessionResource,
  now: number,
): Pick<
  SessionView,
  "hasHelpers" | "event" | "help" | "guest" | "announcement" | "pausedUntil" | "restoration"
> {
  const guest = guestView(spec);
  // One that is over is nobody's business, least of all that of a browser whose clock is behind.
  const isPaused = pausedUntil(spec, now) !== undefined;
  const event = metadata.labels?.[EVENT_LABEL];
  return {
    hasHelpers: spec.startedBy === "instructor" || event !== undefined,
    ...(event === undefined ? {} : { event }),
    ...(isPaused && { pausedUntil: spec.pausedUntil }),
    ...(spec.announcement === undefined ? {} : { announcement: spec.announcement }),
    ...(spec.help === undefined ? {} : { help: spec.help }),
    ...(guest === undefined ? {} : { guest }),
    ...(spec.restoration === undefined ? {} : { restoration: spec.restoration }),
  };
}

/**
 * Console, editor, slides and the tab of objects where sessions of the lab have them, which come first where the lab gives them no place, and the lab's own tabs, each with the address it has in this
 * session; one that no browser can show, that is of no tab, or that comes a second time is left out, as `lint` says.
 */
function tabsOf(lab: Lab, variables: Variables): SessionTab[] {
  const builtIn = builtInTabs(lab);
  const isOwn = (name: string) => OWN_TABS.includes(name) || name === lab.kubernetesTab;
  const first = lab.dashboards.filter(
    ({ name }, at) => lab.dashboards.findIndex((other) => other.name === name) === at,
  );
  const tabs = first.flatMap((dashboard): SessionTab[] => {
    const url = dashboardAddress(dashboard, variables);
    if (isOwn(dashboard.name)) return [{ name: dashboard.name }];
    if (url === undefined) return builtIn.includes(dashboard.name) ? [ownTab(dashboard.name)] : [];
    const slides = lab.slides === undefined ? undefined : slidesPlace(url, variables);
    if (slides !== undefined) return [{ name: dashboard.name, url, slides }];
    const ingress = ingressAt(url, lab.ingresses, variables);
    if (ingress) return [{ name: dashboard.name, url, ingress }];
    return addressProblem(url) === undefined ? [{ name: dashboard.name, url }] : [];
  });
  const wanted = builtIn.filter((name) => isOwn(name) || name === SLIDES_TAB);
  const unnamed = wanted.filter((own) => !tabs.some(({ name }) => name === own));
  const shown = tabs.filter(({ name }) => !isOwn(name) || wanted.includes(name));
  return [...unnamed.map(ownTab), ...shown].map((tab) =>
    tab.name === lab.kubernetesTab ? { ...tab, view: "kubernetes" } : tab,
  );
}

function ownTab(name: string): SessionTab {
  return name === SLIDES_TAB ? { name, slides: "" } : { name };
}

/** True while the learner may still take more time: pauses do not count, and what an instructor has ended stays so. */
export function canExtend({ spec }: Pick<SessionResource, "spec">, openedAt: Date): boolean {
  if (spec.isEndSet === true) return false;
  const lasts = Date.parse(spec.expiresAt) - openedAt.getTime() - (spec.pausedMs ?? 0);
  return lasts < spec.minutes * 60_000 * MAX_EXTENSION;
}

/** Minutes a learner's extension adds: a quarter of the lab's time, at least five. */
export function extensionOf(lab: Pick<Lab, "minutes">): number {
  return Math.max(5, Math.ceil(lab.minutes / 4));
}

/** Enough to tell the versions of one lab apart. */
const VERSION_DIGITS = 16;

const versions = new WeakMap<Lab, string>();

/** Another one for any change of the lab. */
function versionOf(lab: Lab): string {
  const version =
    versions.get(lab) ??
    createHash("sha256").update(JSON.stringify(lab)).digest("hex").slice(0, VERSION_DIGITS);
  versions.set(lab, version);
  return version;
}

/** The terminals of the layout, and those a block acts on besides: what runs is always seen. */
function shownTerminals(lab: Lab): string[] {
  const ofLayout = terminalsOf(lab.layout);
  const more = new Set(
    [...(lab.terminals ?? []), ...lab.pages.flatMap(({ terminals }) => terminals)].filter(
      (name) => !ofLayout.includes(name),
    ),
  );
  return [...ofLayout, ...[...more].toSorted()];
}
