import type { SessionEvent, SessionView } from "../../workshop/common/api.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import type { Lab } from "../../workshop/common/lab.js";
import { type SessionResource, labKeyOf } from "../../workshop/common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { type SessionSettings, variablesOf } from "../../workshop/node/session-environment.js";
import { sessionView } from "../../workshop/node/session-view.js";
import type { Tokens } from "../auth/tokens.js";
import { subjectOf } from "../learner/shell-environment.js";
import { slidesUrl } from "../../workshop/common/slides.js";
import type { SessionQueue } from "../../workshop/node/session-queue.js";
import type { ActivityTracker } from "../store/activity-tracker.js";
import type { SessionCache } from "./session-cache.js";
import type { SessionFollowers } from "./session-follower.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

/** What a view of a session is made of. */
export interface ViewParts {
  labs: ReadonlyMap<string, Lab>;
  activity: ActivityTracker;
  /** Who waits to be made. */
  provisioning: SessionQueue;
  client: KubernetesClient;
  settings: SessionSettings;
  tokens: Pick<Tokens, "forFiles">;
  /** Whether labs are shown to the author who writes them. */
  followsFiles?: boolean;
  /** Whether recordings outlive their sessions; they do not where absent. */
  keepsRecordings?: boolean;
}

/** The session as browsers see it, without its results. Throws LAB_NOT_FOUND. */
export function briefView(
  {
    labs,
    activity,
    client,
    settings,
    provisioning,
    tokens,
    followsFiles = false,
    keepsRecordings = false,
  }: ViewParts,
  session: SessionResource,
): SessionView {
  const { name } = session.metadata;
  const lab = labs.get(labKeyOf(session.spec));
  if (lab === undefined)
    throw new WorkshopError(
      WORKSHOP_ERRORS.labNotFound,
      `The lab "${session.spec.lab}" of session ${name} is not here any more`,
    );
  const view = sessionView(session, lab, {
    activity: activity.activity(name),
    results: [],
    recording: keepsRecordings ? "kept" : "until-its-end",
    variables: variablesOf(lab, session, client, settings),
    now: sessionClock.now(),
  });
  const sessionsBefore = provisioning.before(name);
  return {
    ...view,
    ...(lab.slides !== undefined && { slides: slidesUrl(name, tokens.forFiles(subjectOf(session))) }),
    ...(sessionsBefore !== undefined && { sessionsBefore }),
    ...(followsFiles && { isDraft: true }),
  };
}

/** The same with its results. */
export async function viewOf(parts: ViewParts, session: SessionResource): Promise<SessionView> {
  const view = briefView(parts, session);
  return { ...view, results: await parts.activity.results(session.metadata.name) };
}

/** Tells everybody who follows the session how it is now. */
export async function tellSession(
  parts: ViewParts & { cache: SessionCache; followers: SessionFollowers },
  id: string,
): Promise<void> {
  if (!parts.followers.hasAny(id)) return;
  const session = parts.cache.get(id);
  if (session === undefined || !parts.labs.has(labKeyOf(session.spec))) return;
  parts.followers.tell(id, { type: "session", session: await viewOf(parts, session) });
}

/** Tells the listener how the session is, and then all that becomes of it. */
export async function followSession(
  parts: ViewParts & { followers: SessionFollowers },
  session: SessionResource,
  listener: (event: SessionEvent) => void,
): Promise<() => void> {
  // What happens while the view is made is told after it.
  let early: SessionEvent[] | undefined = [];
  const stop = parts.followers.follow(session.metadata.name, (event) =>
    early ? void early.push(event) : listener(event),
  );
  try {
    listener({ type: "session", session: await viewOf(parts, session) });
  } catch (error) {
    stop();
    throw error;
  }
  for (const event of early) listener(event);
  early = undefined;
  return stop;
}
