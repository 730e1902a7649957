import type { SessionView } from "../../workshop/common/api.js";
import { EVENT_LABEL } from "../../workshop/common/event.js";
import { progressOf } from "../../workshop/common/progress.js";
import { pausedUntil } from "../../workshop/common/session-time.js";
import { isPooled, labKeyOf } from "../../workshop/common/session.js";
import type { Activity } from "../../workshop/node/activity-store.js";
import type { PersonNames } from "../event/person-names.js";
import type { Progress } from "../store/known-activity.js";
import { briefView } from "./session-views.js";
import type { ViewParts } from "./session-views.js";
import type { SessionRow } from "./instructor-table.js";
import type { SessionCache } from "./session-cache.js";

/** A learner who failed the same step this often, or did nothing for this long, may need help. */
const STUCK_FAILURES = 3;
const IDLE_MS = 10 * 60_000;

/** The row of a session as it is now; nothing where it is gone, or its lab is. */
export function rowOf(
  parts: ViewParts & { cache: SessionCache; names: PersonNames },
  id: string,
  now: number,
): SessionRow | undefined {
  const session = parts.cache.get(id);
  if (session === undefined || isPooled(session) || !parts.labs.has(labKeyOf(session.spec))) return undefined;
  const view = briefView(parts, session);
  const steps = progressOf(view.pages, (page, step) => parts.activity.isDone(id, page, step));
  const step = nextStep(view, (page, step_) => parts.activity.isDone(id, page, step_));
  const [progress, activity] = [parts.activity.progress(id), parts.activity.activity(id)];
  const event = session.metadata.labels?.[EVENT_LABEL];
  const person = event === undefined ? undefined : parts.names.nameOf(id);
  return {
    ...instructorRow(view, { steps, progress, activity, pauseEnd: session.spec.pausedUntil, now }),
    ...(step === undefined ? {} : { step }),
    ...(event === undefined ? {} : { event }),
    ...(person === undefined ? {} : { person }),
  };
}

/** Where on their page the learner is. */
function nextStep(
  { pages, currentPage }: Pick<SessionView, "pages" | "currentPage">,
  isDone: (page: string, step: string) => boolean,
): SessionRow["step"] {
  const steps = pages.find(({ name }) => name === currentPage)?.steps ?? [];
  const index = steps.findIndex((step) => !isDone(currentPage, step));
  return index < 0 ? undefined : { number: index + 1, of: steps.length };
}

interface RowParts {
  steps: { done: number; steps: number };
  progress: Progress;
  activity: Activity;
  /** Of the last pause (ISO 8601), also of one that is over. */
  pauseEnd: string | undefined;
  now: number;
}

/** A session as the instructor's table shows it, without its link. */
export function instructorRow(
  view: Omit<SessionView, "results">,
  { steps, progress, activity, pauseEnd, now }: RowParts,
): SessionRow {
  const idleMs = idleTime(activity, pauseEnd, now);
  const stuck =
    view.phase === "Active" && pausedUntil(view, now) === undefined
      ? stuckReason(progress, idleMs)
      : undefined;
  const stuckAt = placeOfTrouble(view, progress);
  return {
    id: view.id,
    lab: view.lab,
    title: view.title,
    phase: view.phase,
    ...(view.reason === undefined ? {} : { reason: view.reason }),
    page: view.currentPage,
    pageNumber: view.pages.findIndex((page) => page.name === view.currentPage) + 1,
    pages: view.pages.length,
    stepsDone: steps.done,
    stepsFailed: progress.failed,
    steps: steps.steps,
    createdAt: view.createdAt,
    minutes: view.minutes,
    ...(view.openedAt === undefined ? {} : { openedAt: view.openedAt }),
    lastActivityAt: activity.lastActivityAt ?? view.createdAt,
    expiresAt: view.expiresAt,
    linkRevision: view.linkRevision,
    ...(stuck === undefined ? {} : { stuck }),
    ...(stuckAt === undefined ? {} : { stuckAt }),
    ...asked(view),
  };
}

function asked({
  pausedUntil: until,
  announcement,
  help,
  guest,
}: Omit<SessionView, "results">): Pick<SessionRow, "pausedUntil" | "announcement" | "help" | "guest"> {
  return {
    ...(until === undefined ? {} : { pausedUntil: until }),
    ...(announcement === undefined ? {} : { announcement }),
    ...(help === undefined ? {} : { help }),
    ...(guest === undefined ? {} : { guest }),
  };
}

/** Where a helper looks first. */
function placeOfTrouble(
  { help, phase }: Pick<SessionView, "help" | "phase">,
  { failuresOfOneStep, worst }: Progress,
): SessionRow["stuckAt"] {
  if (help?.step !== undefined) return { page: help.page, step: help.step };
  return phase === "Active" && failuresOfOneStep >= STUCK_FAILURES ? worst : undefined;
}

/** For how long nothing has happened; a pause does not count. A session nobody has begun is not idle: its link may not have been handed out. */
function idleTime({ lastActivityAt }: Activity, pauseEnd: string | undefined, now: number): number {
  if (lastActivityAt === undefined) return 0;
  return now - Math.max(Date.parse(lastActivityAt), Date.parse(pauseEnd ?? lastActivityAt));
}

function stuckReason({ failuresOfOneStep }: Progress, idleMs: number): string | undefined {
  if (failuresOfOneStep >= STUCK_FAILURES) return `One step failed ${String(failuresOfOneStep)} times`;
  return idleMs >= IDLE_MS ? `Nothing happened for ${String(Math.floor(idleMs / 60_000))} min` : undefined;
}
