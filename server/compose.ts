import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Router } from "express";
import type { Logger } from "pino";
import type { StepResult } from "../workshop/common/api.js";
import { SessionQueue, sessionsAtOnce } from "../workshop/node/session-queue.js";
import { defaultKeepResultsDays } from "./config.js";
import { layFoundation, type Foundation, type Reach, type ServerAssignment } from "./foundation.js";
import { createMetrics, type Metrics } from "./http/metrics.js";
import { type PersonNames, createPersonNames } from "./event/person-names.js";
import { createHintNotes, createTryNotes } from "./event/try-notes.js";
import { endLeftRehearsals } from "./event/left-rehearsals.js";
import { sweepPeople } from "./event/people-sweep.js";
import type { Platform } from "./platform.js";
import { joinRoutes } from "./join-routes.js";
import { endAll } from "./supervisor/end-all.js";
import type { ClusterAbilities } from "./workshop/catalogue.js";
import { Restorations } from "./workshop/restorations.js";
import { showSavedPages } from "./workshop/show-saved-pages.js";
import { connectSessions } from "./workshop/connect-sessions.js";
import { createWorkshop } from "./workshop/create-workshop.js";
import type { WorkshopParts } from "./workshop/create-workshop.js";
import { rowOf } from "./workshop/instructor-row.js";
import { createInstructorTable } from "./workshop/instructor-table.js";
import { createPageWatch } from "./workshop/page-watch.js";
import { createSessionCache } from "./workshop/session-cache.js";
import type { SessionCache } from "./workshop/session-cache.js";
import { createSessionFollowers } from "./workshop/session-follower.js";
import { createSessionPool } from "./workshop/session-pool.js";
import { makePendingSessions } from "./workshop/session-maker.js";
import { createSteps } from "./workshop/steps.js";
import { followServers } from "./workshop/follow-servers.js";
import { renewReach, resumeSessions } from "./workshop/resume-sessions.js";
import { sessionClock } from "../workshop/node/session-clock.js";

export interface LecternServer {
  router: Router;
  platform: Platform;
  /** What labs may need of the cluster. */
  abilities: ClusterAbilities;
  /** What is known of the session's steps, as its page shows it. */
  resultsOf(session: string): Promise<readonly StepResult[]>;
  /** Takes the upgrade where it is for a terminal of ours, and says whether it did. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Tells where browsers and where this machine's shells reach the server, once they do. Both end in `/`. */
  listensAt(url: string, shellUrl?: string): void;
  /** Begins to make sessions ready that labs want so; for a server that people use, once it is known where it is reached. */
  keepSessionsReady(): void;
  close(): Promise<void>;
}

/** Builds the server out of its rooms and takes up what the one before it left. */
export async function composeServer(assignment: ServerAssignment, log: Logger): Promise<LecternServer> {
  const { config } = assignment;
  let address = `http://localhost:${String(config.port)}/`;
  let shellAddress = address;
  const reach: Reach = { url: () => address, shellUrl: () => shellAddress };
  const { foundation, labs } = await layFoundation(assignment, reach, log);
  const { platform, repository, workshops, activity } = foundation;
  const rooms = joinRooms(assignment, foundation);
  const stopSessions = await connectSessions({
    ...rooms.parts,
    policies: platform.policies.service,
    people: foundation.installation.people,
    letGo: (session) => rooms.sockets.closeSession(session),
  });
  await takeUp(rooms.parts, foundation);
  const stopSaved = config.followFiles ? showSavedPages(repository, rooms.parts) : () => undefined;
  let hasListened = false;
  return {
    router: rooms.router,
    platform,
    abilities: rooms.parts.abilities,
    resultsOf: (session) => activity.results(session),
    handleUpgrade: (request, socket, head) => rooms.sockets.handleUpgrade(request, socket, head),
    listensAt: (url, shellUrl = url) => {
      const isKnown = address === url && shellAddress === shellUrl;
      [address, shellAddress] = [url, shellUrl];
      if (!isKnown || !hasListened) void renewReach(rooms.parts);
      hasListened = true;
    },
    keepSessionsReady: () => rooms.parts.pool.start(),
    close: () =>
      endAll([
        ...firstEndsOf(rooms),
        stopSaved,
        stopSessions,
        () => workshops.close(),
        ...endsOf(foundation, rooms),
        () => labs.close(),
      ]),
  };
}

/** Does what this server does beside others and for those before it. */
async function takeUp(
  parts: WorkshopParts,
  { installation, repository, log }: Pick<Foundation, "installation" | "repository" | "log">,
): Promise<void> {
  makePendingSessions(parts);
  followServers(parts, installation);
  endLeftRehearsals(parts, installation);
  const resumed = repository.settled().then(() => resumeSessions(parts));
  // A lab that takes its time keeps nobody from being served, only what was going on from being taken up.
  if (repository.late().length === 0) await resumed;
  else
    resumed.catch((error: unknown) => log.error({ err: error }, "what was going on could not be taken up"));
}

/** What ends while sessions can still be ended. */
function firstEndsOf({ rehearsals, parts }: ReturnType<typeof joinRooms>): (() => void | Promise<void>)[] {
  return [() => rehearsals.close(), () => parts.pool.close()];
}

/** From what answers browsers down to what it stands on. */
function endsOf(
  { platform, installation, workshops, activity, disk }: Foundation,
  { parts, sockets, screens, views, stopSweep, stopScores, keptRecordings }: ReturnType<typeof joinRooms>,
): (() => void | Promise<void>)[] {
  return [
    () => workshops.close(),
    stopSweep,
    () => parts.restorations.close(),
    stopScores,
    () => keptRecordings.close(),
    () => parts.steps.close(),
    () => parts.pages.close(),
    () => sockets.close(),
    () => screens.close(),
    () => views.close(),
    () => platform.close(),
    () => parts.table.close(),
    () => disk.close(),
    () => activity.close(),
    () => installation.close(),
  ];
}

function joinRooms(assignment: ServerAssignment, foundation: Foundation) {
  const cache = createSessionCache();
  const metrics = createMetrics(() => ({
    sessions: Object.fromEntries(cache.phases()),
    sockets: routes.sockets.openSockets(),
  }));
  const names = createPersonNames(foundation.installation.people, (session) => parts.table.changed(session));
  const parts = workshopParts(assignment, foundation, { cache, metrics, names });
  cache.onChange((session) => cache.get(session) ?? names.forget(session));
  const workshop = createWorkshop(parts);
  const routes = joinRoutes({
    ...assignment,
    ...foundation,
    abilities: parts.abilities,
    workshop,
    cache,
    names,
    metrics,
  });
  cache.onChange((session) => routes.sockets.guestChanged(session));
  const stopSweep = sweepPeople({
    ...parts,
    people: foundation.installation.people,
    keptDays: assignment.config.keepResultsDays ?? defaultKeepResultsDays,
  });
  return { parts, stopSweep, ...routes };
}

function workshopParts(
  { config, embedded, hasContainers }: ServerAssignment,
  { platform, installation, repository, workshops, activity, disk, memory, log }: Foundation,
  { cache, metrics, names }: { cache: SessionCache; metrics: Metrics; names: PersonNames },
): WorkshopParts {
  const followers = createSessionFollowers();
  const { labs } = repository;
  const provisioning = new SessionQueue(sessionsAtOnce, (waiting) => {
    for (const session of waiting) if (followers.hasAny(session)) cache.touch(session);
  });
  const table = createInstructorTable((session) =>
    rowOf({ ...platform, labs, activity, cache, provisioning, names }, session, sessionClock.now()),
  );
  const notes = { people: installation.people, cache, log };
  const noteTry = createTryNotes(notes);
  const onResult = (session: string, result: StepResult) => {
    noteTry(session, result);
    if (result.durationMs !== undefined) metrics.stepFinished(result.state, result.durationMs);
    table.changed(session);
    followers.tell(session, { type: "step", result });
  };
  const steps = createSteps({ ...platform, activity, log, onResult });
  const refreshLabs = repository.refresh;
  const lateLabs = () => repository.late();
  const abilities: ClusterAbilities = {
    pods: !embedded ? "any" : hasContainers ? "played" : "none",
    ownClusters: platform.settings.ownClusters !== undefined,
  };
  const ofLabs = { labs, lateLabs, refreshLabs, abilities };
  return {
    labs,
    brokenLabs: () => repository.broken(),
    labsSettled: () => repository.settled(),
    lateLabs,
    refreshLabs,
    lookForLab: workshops.lookFor,
    catchUpWithLab: workshops.catchUp,
    pool: createSessionPool({ ...platform, ...ofLabs, provisioning, cache, disk, memory, log }),
    abilities,
    followsFiles: config.followFiles ?? false,
    keepsRecordings: config.keepRecordings,
    ...platform,
    steps,
    restorations: new Restorations({ ...platform, cache, steps, log }),
    noteHints: createHintNotes(notes),
    pages: createPageWatch({ ...platform, steps, log }),
    looksAfter: installation.looksAfter,
    activity,
    disk,
    memory,
    provisioning,
    cache,
    followers,
    table,
    log,
  };
}
