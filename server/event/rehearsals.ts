import { DeadlineError, withDeadline } from "../../kubernetes/node/deadline.js";
import { OWN_TABS, addressProblem, dashboardAddress } from "../../workshop/common/dashboards.js";
import type { EventResource } from "../../workshop/common/event.js";
import { ingressAt } from "../../workshop/common/ingress.js";
import type { Lab } from "../../workshop/common/lab.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import {
  type LearnerReplay,
  type Rehearsal,
  type RehearsalFinding,
  type RehearsedTab,
  learnerFinding,
  stepFindings,
  textFindings,
} from "../../workshop/common/rehearsal.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { Variables } from "../../workshop/common/variables.js";
import { variablesOf } from "../../workshop/node/session-environment.js";
import { type ValidationParts, validateLab } from "../../workshop/node/validate-lab.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import type { SessionQuota } from "../http/session-quota.js";
import type { DialIngress } from "../ingress/ingress-connections.js";
import { type ClusterAbilities, missingNeed } from "../workshop/catalogue.js";
import type { Workshop } from "../workshop/workshop.js";

export interface RehearsalParts extends ValidationParts {
  labs: ReadonlyMap<string, Lab>;
  refreshLabs: () => Promise<void>;
  abilities: ClusterAbilities;
  workshop: Pick<Workshop, "liveSessions">;
  quota: Pick<SessionQuota, "takeForInstructor">;
  /** How many may still come to the event. */
  seatsLeft: (event: EventResource) => Promise<number>;
  /** Whether there is room for so many sessions of the lab. */
  room: (lab: Lab, sessions: number) => Promise<RehearsalFinding[]>;
  /** Reaches the applications of a session. */
  dial: DialIngress;
  /** This server process, which the sessions end with. */
  process: string;
}

export interface RehearsalOptions {
  learners: number;
  signal: AbortSignal;
  /** Told what each learner came to. */
  onLearner: (finding: RehearsalFinding) => void;
}

/** A rehearsal without what only whoever asked for it can look at. */
export interface Rehearsed {
  rehearsal: Omit<Rehearsal, "outcome">;
  tabs: RehearsedTab[];
}

/** 10 s: an application on the same machine answers within milliseconds. */
const DIAL_MS = 10_000;

/**
 * Replays the event's lab with so many learners at once, in sessions of this server that end with it, and looks at what else a class
 * needs. Throws LAB_NOT_FOUND, SERVER_TOO_MANY_SESSIONS, and the signal's reason once its sessions are ended; whatever else goes wrong is
 * a finding.
 */
export async function rehearse(
  parts: RehearsalParts,
  event: EventResource,
  options: RehearsalOptions,
): Promise<Rehearsed> {
  const startedAt = new Date();
  const { metadata, spec } = event;
  await parts.refreshLabs();
  const lab = parts.labs.get(spec.lab);
  if (lab === undefined)
    throw new WorkshopError(WORKSHOP_ERRORS.labNotFound, `There is no lab "${spec.lab}" here any more`);
  const missing = missingNeed(lab, parts.abilities);
  const room = await parts.room(lab, await parts.seatsLeft(event));
  const { replays, tabs, applications } =
    missing === undefined
      ? await replayAll(parts, lab, options)
      : { replays: [], tabs: [], applications: [] };
  const findings: RehearsalFinding[] = [
    missing === undefined
      ? { what: "lab", where: lab.name, outcome: "ok", detail: "can be done on this cluster" }
      : { what: "lab", where: lab.name, outcome: "failed", detail: missing },
    ...room,
    ...replays.map(learnerFinding),
    ...stepFindings(replays),
    ...textFindings(lab.name, replays),
    ...applications,
  ];
  const { learners } = options;
  const durationMs = Date.now() - startedAt.getTime();
  const what = { event: metadata.name, lab: lab.name, title: lab.title, learners };
  return { rehearsal: { ...what, startedAt: startedAt.toISOString(), durationMs, findings }, tabs };
}

interface Replays {
  replays: LearnerReplay[];
  tabs: RehearsedTab[];
  applications: RehearsalFinding[];
}

async function replayAll(
  parts: RehearsalParts,
  lab: Lab,
  { learners, signal, onLearner }: RehearsalOptions,
): Promise<Replays> {
  const giveBack = await parts.quota.takeForInstructor(learners, parts.workshop.liveSessions());
  // Those that have begun are counted as sessions.
  const waiting = new Set(Array.from({ length: learners }, (_, at) => at + 1));
  const onBegun = (number: number): void => {
    if (waiting.delete(number) && waiting.size === 0) giveBack();
  };
  let seen: Omit<Replays, "replays"> = { tabs: [], applications: [] };
  const look = async (session: SessionResource): Promise<void> => {
    seen = await tabsOf(parts, { lab, session, signal });
  };
  // All of them, also where one is stopped: whoever waits for the rehearsal waits for the ends of its sessions.
  const settled = await Promise.allSettled(
    [...waiting].map(async (number) => {
      const atEnd = number === 1 ? look : undefined;
      const replayed = await replay(parts, lab, { number, signal, onBegun, atEnd }).finally(() =>
        onBegun(number),
      );
      onLearner(learnerFinding(replayed));
      return replayed;
    }),
  );
  const replays = settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  return { replays, ...seen };
}

interface ReplayOptions {
  number: number;
  signal: AbortSignal;
  /** Told when the session is made. */
  onBegun: (number: number) => void;
  /** Looks at the session when its pages are replayed. */
  atEnd: ((session: SessionResource) => Promise<void>) | undefined;
}

async function replay(
  parts: RehearsalParts,
  lab: Lab,
  { number, signal, onBegun, atEnd }: ReplayOptions,
): Promise<LearnerReplay> {
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  let validating: Promise<ValidationReport> | undefined;
  try {
    const { steps, problems } = await withDeadline(lab.minutes * 60_000, signal, (until) => {
      validating = validateLab(lab, parts, {
        outputs: "compare",
        environment: "ci",
        signal: until,
        rehearsal: parts.process,
        onActivity: (activity) => activity === "making the session" || onBegun(number),
        ...(atEnd && { atEnd }),
      });
      return validating;
    });
    return { number, durationMs: took(), steps, problems };
  } catch (error) {
    // It ends its session, also where it was stopped.
    await Promise.allSettled([validating]);
    signal.throwIfAborted();
    return { number, durationMs: took(), steps: [], problems: [], stopped: reasonOf(error, lab) };
  }
}

function reasonOf(error: unknown, { minutes }: Lab): string {
  if (error instanceof DeadlineError)
    return `it did not come to its end within the ${String(minutes)} min that a session lasts`;
  return error instanceof Error ? error.message : String(error);
}

interface Look {
  lab: Lab;
  session: SessionResource;
  signal: AbortSignal;
}

/** The tabs of the lab in a session: addresses, and whether its applications answer. */
async function tabsOf(parts: RehearsalParts, look: Look): Promise<Omit<Replays, "replays">> {
  const { lab, session } = look;
  const variables = variablesOf(lab, session, parts.client, parts.settings);
  const addressed = lab.dashboards.flatMap((dashboard): RehearsedTab[] => {
    const url = dashboardAddress(dashboard, variables);
    // What is no address is told by lint.
    if (
      url === undefined ||
      OWN_TABS.includes(dashboard.name) ||
      dashboard.name === lab.kubernetesTab ||
      addressProblem(url) !== undefined
    )
      return [];
    return [{ name: dashboard.name, url }];
  });
  const applications: RehearsalFinding[] = [];
  for (const tab of addressed) applications.push(...(await applicationOf(parts, look, { tab, variables })));
  return { tabs: addressed.filter(({ url }) => !ingressAt(url, lab.ingresses, variables)), applications };
}

/** Whether the application behind a tab answers; nothing for another tab. */
async function applicationOf(
  { dial }: RehearsalParts,
  { lab, session, signal }: Look,
  { tab, variables }: { tab: RehearsedTab; variables: Variables },
): Promise<RehearsalFinding[]> {
  const found = ingressAt(tab.url, lab.ingresses, variables);
  const ingress = found && lab.ingresses.find(({ name }) => name === found.name);
  if (ingress === undefined) return [];
  const about = { what: "tab", where: tab.name } as const;
  try {
    await withDeadline(DIAL_MS, signal, async () => (await dial(session.metadata.name, ingress)).destroy());
    return [{ ...about, outcome: "ok", detail: "its application answers at the end of the lab" }];
  } catch (error) {
    signal.throwIfAborted();
    // A lab may end what it has begun.
    const why = error instanceof Error ? error.message : String(error);
    return [{ ...about, outcome: "warning", detail: `no application answers at the end of the lab: ${why}` }];
  }
}
