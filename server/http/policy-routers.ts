import { Router } from "express";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { PolicyService } from "../../policy/node/policy-service.js";
import type { SessionView } from "../../workshop/common/api.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { Workshop } from "../workshop/workshop.js";
import type { Access } from "./access.js";
import { createPolicyRouter } from "./policy/router.js";
import type { Caller } from "./policy/router.js";

export interface PolicyRouters {
  /** For pages: `/v1alpha1/...` of the session named by the parameter `id`, that the page must have been admitted to. */
  ofSession: RequestHandler;
  /** For `tmc`: `/v1alpha1/...` of the session the bearer token is for. */
  ofShell: RequestHandler;
}

/** Two ways to one policy API, each of which ends in the organization of one session. */
export function createPolicyRouters(parts: {
  policies: PolicyService;
  workshop: Workshop;
  access: Access;
}): PolicyRouters {
  const { policies, workshop, access } = parts;
  const callers = new WeakMap<Request, Caller>();
  const api = createPolicyRouter({
    policies,
    identify: (request) => callers.get(request) ?? unknownCaller(),
  });
  const as = (request: Request, user: string, session: SessionView) => {
    workshop.touch(session.id);
    callers.set(request, { organization: session.organization, user });
  };
  const ofSession = Router({ mergeParams: true });
  const admitPage = (request: Request<{ id: string }>, _response: Response, next: NextFunction) => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    as(request as Request, access.isLearner(request, session) ? session.id : "instructor", session);
    next();
  };
  ofSession.use("/v1alpha1", admitPage as RequestHandler, api);
  const ofShell = Router();
  const admitShell: RequestHandler = (request, _response, next) => {
    const session = sessionOfShell(request, { workshop, access });
    as(request, session.id, session);
    next();
  };
  ofShell.use("/v1alpha1", admitShell, api);
  return { ofSession, ofShell };
}

function sessionOfShell(
  request: Request,
  { workshop, access }: { workshop: Workshop; access: Access },
): SessionView {
  const claim = access.claimedByShell(request);
  const session = claim && workshop.find(claim.id);
  if (claim !== undefined && session !== undefined && access.isShellOf(session, claim.token)) return session;
  throw new ServerError(
    serverErrorCodes.unauthorized,
    "The token is not that of a live session. Use the shell of your session, where LECTERN_TOKEN is set.",
  );
}

function unknownCaller(): never {
  throw new ServerError(serverErrorCodes.unauthorized, "The request names no session.");
}
