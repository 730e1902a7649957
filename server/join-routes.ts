import { join } from "node:path";
import type { Logger } from "pino";
import { instructorTokenOf, loadInstructorToken } from "./auth/instructor-token.js";
import { type RuledConfig, dataPaths, productRoot } from "./config.js";
import type { DiskWatch } from "./disk-watch.js";
import type { MemoryWatch } from "./memory-watch.js";
import { createHealthWatch } from "./health-watch.js";
import { createSignInProvider } from "./auth/sign-in-provider.js";
import { createHealth } from "./health.js";
import { type Access, createAccess } from "./http/access.js";
import { createApp } from "./http/app.js";
import { createConnectionCheck } from "./http/connection-check.js";
import type { Metrics } from "./http/metrics.js";
import { type Mount, createMount } from "./http/mount.js";
import { originRules } from "./http/origin-rules.js";
import type { OriginRules } from "./http/same-origin.js";
import { createPolicyRouters } from "./http/policy-routers.js";
import { createSessionQuota } from "./http/session-quota.js";
import { createTerminalSockets } from "./http/terminal-sockets.js";
import { joinSockets, openIngresses } from "./ingress/open-ingresses.js";
import { createAttendance } from "./event/attendance.js";
import { createEventLookup } from "./event/event-lookup.js";
import { type EventParts, createEvents } from "./event/events.js";
import { createKeptRecordings } from "./event/kept-recordings.js";
import { createEventOwners } from "./event/event-owners.js";
import type { PersonNames } from "./event/person-names.js";
import { createLtiEntries } from "./lti/lti-entry.js";
import { type LtiTool, createLtiTool } from "./lti/lti-tool.js";
import { passScoresBack } from "./lti/score-passback.js";
import type { LtiParts } from "./http/routes/lti.js";
import { createEventAccess } from "./http/event-access.js";
import type { EventRouteParts } from "./http/app.js";
import type { SessionQuota } from "./http/session-quota.js";
import type { SessionCache } from "./workshop/session-cache.js";
import type { Installation } from "./installation.js";
import type { LabRepository } from "./lab-repository.js";
import type { Platform } from "./platform.js";
import { KeptRehearsals } from "./event/kept-rehearsals.js";
import { type Rehearsals, openRehearsals } from "./event/open-rehearsals.js";
import type { ClusterAbilities } from "./workshop/catalogue.js";
import { createKubernetesViews } from "./workshop/kubernetes-views.js";
import { createScreenWatch } from "./workshop/screen-watch.js";
import type { Workshop } from "./workshop/workshop.js";
import { KeptRecordingFiles } from "../terminal/node/kept-recording-files.js";
import { listEvents } from "../workshop/node/events.js";

export interface RouteParts {
  config: RuledConfig;
  /** Whether the cluster runs no containers. */
  embedded: boolean;
  hasContainers: boolean;
  platform: Platform;
  installation: Installation;
  disk: DiskWatch;
  memory: MemoryWatch;
  log: Logger;
  /** Where browsers reach the server, where it has TLS. */
  tlsUrl?: () => string;
  workshop: Workshop;
  cache: SessionCache;
  names: PersonNames;
  repository: Pick<LabRepository, "labs" | "refresh">;
  abilities: ClusterAbilities;
  metrics: Metrics;
}

/** Joins the workshop to the routes, sockets and rules of access that browsers and shells reach it by. */
export function joinRoutes(parts: RouteParts) {
  const { config, platform, installation, disk, memory, log, workshop, metrics } = parts;
  const instructorToken = instructorTokenOf(config, dataPaths(config.data));
  // Made before anybody is told that the server is ready.
  loadInstructorToken(instructorToken);
  const token = () => loadInstructorToken(instructorToken);
  const mount = createMount(config.publicUrl, parts.tlsUrl);
  const origin = originRules(config);
  const { tokens, namedTokens, staff } = platform;
  const { start, signIn } = config;
  const provider = signIn && createSignInProvider(signIn, tokens);
  const lti = config.lti && createLtiTool(config.lti, { tokens, ...installation });
  const who = { tokens, instructorToken: token, namedTokens, provider, staff, lti };
  const access = createAccess({ ...who, start, scope: mount.scope });
  const { sockets, applications } = openWays(parts, { access, origin, mount });
  const quota = createSessionQuota({ maxSessions: config.maxSessions, ...installation });
  const { events, rehearsals } = openEvents(parts, mount, quota);
  const screens = createScreenWatch(platform.host, (error) =>
    log.warn({ err: error }, "the terminals cannot be shown on a wall for now"),
  );
  const views = createKubernetesViews(platform);
  const health = createHealth({ ...platform, disk, memory, database: installation.probe });
  const keptRecordings = openKeptRecordings(parts);
  const router = createApp({
    keptRecordings,
    feedback: config.feedback ?? true,
    workshop,
    access,
    namedTokens,
    staff,
    lti: lti && openLti(parts, { tool: lti, events }),
    people: installation.people,
    provider,
    quota,
    events,
    counter: installation.counter,
    terminals: sockets,
    ...applications,
    host: platform.host,
    screens,
    views,
    cache: parts.cache,
    policies: createPolicyRouters({ policies: platform.policies.service, workshop, access }),
    health,
    healthWatch: createHealthWatch({ health, memory }),
    disk,
    metrics,
    log,
    origin,
    mount,
    browserFiles: join(productRoot, "dist/browser"),
  });
  const { labs } = parts.repository;
  const passback = { ...platform, labs, people: installation.people, log };
  const stopScores = lti ? passScoresBack({ ...passback, tool: lti }) : () => undefined;
  return { sockets, screens, views, rehearsals, stopScores, keptRecordings, router };
}

function openKeptRecordings({ config, platform, installation: { people }, log }: RouteParts) {
  const files = new KeptRecordingFiles(dataPaths(config.data).recordings);
  return createKeptRecordings({ files, people, events: () => listEvents(platform.client), log });
}

function openLti(
  { platform, installation: { epoch } }: RouteParts,
  { tool, events }: { tool: LtiTool; events: EventRouteParts },
): LtiParts {
  return { tool, entries: createLtiEntries({ ...platform, ...events, events: events.events, tool, epoch }) };
}

function openEvents(
  routes: RouteParts,
  { scope }: Mount,
  quota: SessionQuota,
): { events: EventRouteParts; rehearsals: Rehearsals } {
  const {
    platform: { client, tokens },
    installation: { people, counter, process },
    workshop,
    cache,
    names,
    repository,
  } = routes;
  const lookup = createEventLookup(client);
  const { feedback = true } = routes.config;
  const parts: EventParts = {
    client,
    people,
    workshop,
    cache,
    labs: repository.labs,
    feedback,
    ...lookup,
  };
  const events = createEvents(parts);
  const { labs, refresh: refreshLabs } = repository;
  const containers = !routes.embedded || routes.hasContainers;
  const rehearsals = openRehearsals({ ...routes, labs, refreshLabs, containers, events, quota, process });
  return {
    events: {
      find: (name) => lookup.find(name),
      forget: (name) => lookup.forget(name),
      events,
      owners: createEventOwners({
        ...lookup,
        ...routes.platform,
        hasProvider: routes.config.signIn !== undefined,
      }),
      rehearse: (event, options) => rehearsals.rehearse(event, options),
      kept: new KeptRehearsals({ client, rehearse: rehearsals.rehearse, log: routes.log }),
      attendance: createAttendance({ ...parts, quota, names, counter }),
      eventAccess: createEventAccess({ tokens, scope }),
    },
    rehearsals,
  };
}

interface Rules {
  access: Access;
  origin: OriginRules;
  mount: Mount;
}

/** The ways of browsers to what a session has: its terminals, and applications in it. */
function openWays(
  { config, embedded, hasContainers, platform, installation, workshop, log }: RouteParts,
  { access, origin, mount }: Rules,
) {
  const terminals = createTerminalSockets({
    dial: platform.dial,
    tickets: installation.tickets,
    workshop,
    access,
    origin,
    log,
  });
  const applications = openIngresses({
    platform,
    workshop,
    access,
    domain: config.ingressDomain,
    containers: !embedded || hasContainers,
    origin,
    url: mount.url,
    log,
  });
  const check = createConnectionCheck(origin, log);
  return { sockets: joinSockets(terminals, applications.ingresses, check), applications };
}
