import { Router, json } from "express";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import type { DiskWatch } from "../disk-watch.js";
import type { HealthWatch } from "../health-watch.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { Access } from "./access.js";
import { lookUpFor } from "./ask-again.js";
import type { Mount } from "./mount.js";
import type { Metrics } from "./metrics.js";
import type { CounterFactory } from "./rate-limit.js";
import { createPagesRouter } from "./pages.js";
import type { PolicyRouters } from "./policy-routers.js";
import { problemHandler } from "./problem.js";
import type { IngressAdmission } from "../ingress/ingress-admission.js";
import type { Ingresses } from "../ingress/ingresses.js";
import type { KnownEventStaff } from "../event/event-staff.js";
import type { NamedTokens } from "../auth/named-tokens.js";
import type { SignInProvider } from "../auth/sign-in-provider.js";
import { createAccountsRouter } from "./routes/accounts.js";
import { createArchiveRoutes } from "./routes/archive.js";
import { createNotesRoutes } from "./routes/notes.js";
import { createEventsRouter } from "./routes/events.js";
import type { EventRoutes } from "./routes/events.js";
import { createInstructorEventsRouter } from "./routes/instructor-events.js";
import type { InstructorEventRoutes } from "./routes/instructor-events.js";
import { createFileRoutes } from "./routes/files.js";
import { createGivenFileRoutes } from "./routes/given-files.js";
import { createHelpRoutes } from "./routes/help.js";
import { createHomeRoutes } from "./routes/home.js";
import { createIngressRoutes } from "./routes/ingresses.js";
import { createInstructorRouter } from "./routes/instructor.js";
import { type KubernetesRoutes, createKubernetesRoutes } from "./routes/kubernetes.js";
import { type LtiParts, type LtiRoutes, createLtiEntryRouter, createLtiRouter } from "./routes/lti.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";
import { createOperationsRouter } from "./routes/operations.js";
import type { Health } from "./routes/operations.js";
import { createOrderRoutes } from "./routes/orders.js";
import { createPageRoutes } from "./routes/pages.js";
import { type RehearsalRoutes, createRehearsalRouter } from "./routes/rehearsals.js";
import { createRestorationRoutes } from "./routes/restoration.js";
import { createScreenRoutes } from "./routes/screens.js";
import type { ScreenWatch } from "../workshop/screen-watch.js";
import type { KeptRecordingDesk } from "../event/kept-recordings.js";
import { createKeptRecordingsRouter } from "./routes/kept-recordings.js";
import { createOwnRecordingRoutes, createRecordingsRouter } from "./routes/recordings.js";
import { createSignInRouter } from "./routes/sign-in.js";
import { createSlidesRoutes } from "./routes/slides.js";
import { createSessionsRouter } from "./routes/sessions.js";
import { createTerminalRoutes } from "./routes/terminals.js";
import type { TerminalSockets } from "./routes/terminals.js";
import { checkHost, checkOrigin, checkedRequest, isUnsafe } from "./same-origin.js";
import type { OriginRules } from "./same-origin.js";
import { securityHeaders } from "./security-headers.js";
import type { SessionQuota } from "./session-quota.js";
import type { KubernetesViews } from "../workshop/kubernetes-views.js";
import type { Workshop } from "../workshop/workshop.js";

/** What the routes of events call. */
export type EventRouteParts = Pick<
  EventRoutes & InstructorEventRoutes & Omit<RehearsalRoutes, "url">,
  "attendance" | "events" | "owners" | "find" | "eventAccess" | "rehearse" | "kept"
> & { forget: (name: string) => void };

/** Everything the routes call; `compose.ts` makes it. */
export interface AppParts {
  workshop: Workshop;
  access: Access;
  namedTokens: NamedTokens;
  staff: KnownEventStaff;
  /** Absent where nobody signs in by one. */
  provider: SignInProvider | undefined;
  /** False where nobody is asked at the end of an event how it was. */
  feedback: boolean;
  /** Absent where no learning platform sends people here. */
  lti: LtiParts | undefined;
  people: PeopleStore;
  quota: SessionQuota;
  counter: CounterFactory;
  terminals: TerminalSockets;
  host: SessionHost;
  keptRecordings: KeptRecordingDesk;
  screens: ScreenWatch;
  views: KubernetesViews;
  cache: KubernetesRoutes["cache"];
  ingresses: Pick<Ingresses, "handle">;
  admission: IngressAdmission;
  policies: PolicyRouters;
  health: Health;
  disk: DiskWatch;
  healthWatch: HealthWatch;
  metrics: Metrics;
  events: EventRouteParts;
  log: Logger;
  origin: OriginRules;
  mount: Mount;
  browserFiles: string;
}

/** A manifest or a list of sessions is some kilobytes; a page of Markdown is never sent here. */
const BODY_LIMIT = "256kb";

/** Lectern's whole HTTP side as a router that can be mounted under any path. */
export function createApp(parts: AppParts): Router {
  const { workshop, access, quota, log, mount } = parts;
  const router = Router({ strict: false });
  router.use(mount.note, parts.metrics.requests, parts.ingresses.handle);
  router.use(securityHeaders);
  const lti = ltiRoutes(parts);
  // Platforms send browsers here from their own sites: what is asked below is the one thing they may.
  if (lti) router.use("/lti", ourHost(parts.origin));
  if (lti) router.use(createLtiRouter(lti));
  router.use(fromHere(parts.origin));
  router.use(createOperationsRouter(parts.health, parts.metrics, access));
  const api = Router();
  api.use(noStore, json({ limit: BODY_LIMIT }));
  api.use(lookUpAccount(access));
  api.use(["/sessions/:id", "/instructor/sessions/:id"], lookUp(parts));
  api.use("/instructor/sessions/:id", forStaff(parts));
  api.use(createAccountsRouter(parts));
  api.use(createSignInRouter({ ...parts, publicUrl: mount.url }));
  api.use(createSessionsRouter({ workshop, access, quota }));
  api.use(createHelpRoutes({ workshop, access, counter: parts.counter, log }));
  api.use(createOrderRoutes({ workshop, access, log }));
  api.use(createPageRoutes({ workshop, access }));
  api.use(createTerminalRoutes({ workshop, access, terminals: parts.terminals }));
  api.use(createFileRoutes({ workshop, access }));
  api.use(createSlidesRoutes({ workshop, access }));
  api.use(createHomeRoutes({ workshop, access, host: parts.host }));
  api.use(createGivenFileRoutes({ workshop, access }));
  api.use(createArchiveRoutes({ workshop, access, counter: parts.counter }));
  api.use(createNotesRoutes({ workshop, access, counter: parts.counter }));
  api.use(createOwnRecordingRoutes({ host: parts.host, access, workshop }));
  api.use(createRestorationRoutes({ workshop, access }));
  api.use(createKubernetesRoutes(parts));
  api.use(createIngressRoutes({ workshop, access, admission: parts.admission }));
  api.use("/sessions/:id/tmc", parts.policies.ofSession);
  api.use(createEventsRouter({ ...parts.events, access, counter: parts.counter }));
  if (lti) api.use(createLtiEntryRouter(lti));
  api.use(createInstructorEventsRouter({ ...parts, ...parts.events, publicUrl: mount.url }));
  api.use(createRehearsalRouter({ ...parts.events, url: mount.url, log }));
  api.use(createInstructorRouter({ ...parts, publicUrl: mount.url }));
  api.use(createScreenRoutes(parts));
  api.use(createRecordingsRouter({ host: parts.host, access, workshop }));
  api.use(createKeptRecordingsRouter({ ...parts, ...parts.events }));
  api.use(nothingHere);
  router.use("/api", api);
  router.use(parts.policies.ofShell);
  router.use(createPagesRouter({ folder: parts.browserFiles, base: mount.base }));
  router.use(nothingHere);
  router.use(problemHandler(log));
  return router;
}

function ltiRoutes(parts: AppParts): LtiRoutes | undefined {
  const { lti, events, mount } = parts;
  return lti && { ...parts, ...events, ...lti, publicUrl: mount.url, scope: mount.scope };
}

function ourHost(rules: OriginRules): RequestHandler {
  return (request, _response, next) => {
    checkHost(checkedRequest(request, rules), rules);
    next();
  };
}

function fromHere(rules: OriginRules): RequestHandler {
  return (request, _response, next) => {
    const checked = checkedRequest(request, rules);
    checkHost(checked, rules);
    if (isUnsafe(request.method)) checkOrigin(checked, rules);
    next();
  };
}

function lookUp(parts: Pick<AppParts, "workshop" | "access">): RequestHandler<{ id: string }> {
  return async (request, _response, next) => {
    await lookUpFor(parts, request.params.id, request);
    next();
  };
}

/** What is of somebody's session is for those who look after it, helpers at least; each route asks for more where it takes more. */
function forStaff({
  workshop,
  access,
}: Pick<AppParts, "workshop" | "access">): RequestHandler<{ id: string }> {
  return (request, _response, next) => {
    access.requireRole(request, "helper", workshop.find(request.params.id));
    next();
  };
}

/** A token may have been given out at another server a moment ago. */
function lookUpAccount(access: Access): RequestHandler {
  return async (request, _response, next) => {
    await access.lookUpAccount(request);
    next();
  };
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set("cache-control", "no-store");
  next();
};

const nothingHere: RequestHandler = (request) => {
  throw new ServerError(
    serverErrorCodes.notFound,
    `There is nothing at ${request.method} ${request.originalUrl.split("?", 1)[0] ?? ""}.`,
  );
};
