import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import { ClusterUnreachable, KubernetesError } from "../../../kubernetes/node/kubernetes-client.js";
import type { KubernetesViewEvent, ObjectText } from "../../../workshop/common/kubernetes-view.js";
import { type SessionResource, hasOwnCluster } from "../../../workshop/common/session.js";
import { objectYaml } from "../../../workshop/node/kubernetes-view/object-yaml.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { KubernetesViews } from "../../workshop/kubernetes-views.js";
import type { SessionCache } from "../../workshop/session-cache.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { createPodLogs } from "../pod-logs.js";
import { onAbort, openSessionStream } from "../session-stream.js";

export interface KubernetesRoutes {
  workshop: Pick<Workshop, "session" | "find">;
  access: Pick<Access, "requireSession" | "requireLearner" | "mayUse">;
  cache: Pick<SessionCache, "get">;
  views: KubernetesViews;
}

/** What a browser may have left unread before it is told more. */
const BEHIND_BYTES = 256 * 1024;

/** Nothing that means another place in an address. */
const name = z.string().regex(/^[a-zA-Z0-9:][\w.:-]{0,252}$/, "is no name of an object");
const objectQuery = z.strictObject({
  api: z.string().regex(/^\/(?:api\/v1|apis\/[a-z0-9][a-z0-9.-]{0,252}\/[a-z0-9]{1,30})$/),
  plural: z.string().regex(/^[a-z0-9-]{1,63}$/),
  namespace: name,
  name,
  values: z.literal("shown").optional(),
});

/** `api/sessions/ID/kubernetes`: the objects of a session's namespace, one of them as YAML, and logs of its pods, in labs that have the tab. */
export function createKubernetesRoutes(parts: KubernetesRoutes): Router {
  const { workshop, access, views } = parts;
  const router = Router();
  const sendLog = createPodLogs(parts);
  router.get("/sessions/:id/kubernetes", (request, response) => {
    const session = viewedSession(parts, request);
    const stream = openSessionStream<KubernetesViewEvent>(parts, request, response);
    const stop = views.follow(session, {
      isBehind: () => response.writableLength > BEHIND_BYTES,
      tell: (event) => stream.send(event),
    });
    onAbort(stream.signal, stop);
  });
  router.get("/sessions/:id/kubernetes/object", async (request, response) => {
    const session = viewedSession(parts, request);
    const { values, ...address } = parseBody(objectQuery, request.query);
    const hasValues = values !== undefined;
    if (hasValues)
      access.requireLearner(request, workshop.session(request.params.id), "see the values of its secrets");
    requireNamespace(session, address.namespace);
    const client = await views.clientFor(session);
    response.json({
      yaml: await objectYaml(client, address, { hasValues }).catch(inWords),
    } satisfies ObjectText);
  });
  router.get("/sessions/:id/kubernetes/log", async (request, response) => {
    const session = viewedSession(parts, request);
    await sendLog(request, response, async ({ namespace }) => {
      requireNamespace(session, namespace);
      return views.clientFor(session);
    });
  });
  return router;
}

/** The session of the request, for whoever may see it. Throws SERVER_NOT_FOUND where its lab has no such tab, SERVER_NOT_READY where it is not active. */
function viewedSession(
  { workshop, access, cache }: KubernetesRoutes,
  request: Request<{ id: string }>,
): SessionResource {
  const session = workshop.session(request.params.id);
  access.requireSession(request, session);
  if (!session.dashboards.some(({ view }) => view === "kubernetes"))
    throw new ServerError(
      serverErrorCodes.notFound,
      `The lab of session ${session.id} shows no Kubernetes objects. A lab does where its workshop.yaml says "kubernetes: true".`,
    );
  const resource = cache.get(session.id);
  if (session.phase === "Active" && resource) return resource;
  throw new ServerError(
    serverErrorCodes.notReady,
    `The session ${session.id} has no objects to show now: it is ${session.phase}.`,
  );
}

/** Whoever has a namespace of the platform's cluster looks at that one only. */
function requireNamespace(session: SessionResource, namespace: string): void {
  if (hasOwnCluster(session) || namespace === session.spec.namespace) return;
  throw new ServerError(
    serverErrorCodes.notFound,
    `The session ${session.metadata.name} has no namespace "${namespace}".`,
  );
}

/** What the cluster says to the learner's own question is for the learner to read. */
function inWords(error: unknown): never {
  const isSaid =
    error instanceof KubernetesError && !(error instanceof ClusterUnreachable) && error.status < 500;
  if (!isSaid) throw error;
  throw new ServerError(serverErrorCodes.notFound, `The cluster does not show it: ${error.message}`, error);
}
