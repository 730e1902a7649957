import { Router } from "express";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { POLICY_ERROR, PolicyError } from "../../policy/node/errors.js";
import { LECTERN_USER } from "../../policy/node/write-options.js";
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
  const callers = new WeakMap<Request, Caller & { session: SessionView }>();
  const api = createPolicyRouter({
    policies,
    identify: (request) => callers.get(request) ?? unknownCaller(),
    issueToken: (request, identity) => {
      const { session } = callers.get(request) ?? unknownCaller();
      if ([INSTRUCTOR, LECTERN_USER, session.id].includes(identity.user)) throw nameTaken(identity.user);
      return access.userToken(session, identity);
    },
  });
  const as = (request: Request, { session, ...caller }: Admitted) => {
    workshop.touch(session.id);
    callers.set(request, { organization: session.organization, session, ...caller });
  };
  const ofSession = Router({ mergeParams: true });
  const admitPage = (request: Request<{ id: string }>, _response: Response, next: NextFunction) => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    const isLearner = access.isLearner(request, session);
    // What a helper granted here would outlast their token.
    if (!isLearner && !isReading(request as Request)) access.requireInstructor(request, session);
    as(request as Request, { session, user: isLearner ? session.id : INSTRUCTOR, isAdmin: true });
    next();
  };
  ofSession.use("/v1alpha1", admitPage as RequestHandler, api);
  const ofShell = Router();
  const admitShell: RequestHandler = async (request, _response, next) => {
    const claimed = access.claimedByShell(request) ?? access.claimedByUser(request);
    if (claimed !== undefined) await workshop.lookUp(claimed.id);
    as(request, admitByToken(request, { workshop, access }));
    next();
  };
  ofShell.use("/v1alpha1", admitShell, api);
  return { ofSession, ofShell };
}

/** Questions that are asked by POST, because they bring what they are about. */
const QUESTION = /\/image-policies\/(?:explain|preview)$/;

function isReading({ method, path }: Request): boolean {
  return method === "GET" || method === "HEAD" || QUESTION.test(path);
}

/** The one user of every organization whom no session is named after. */
const INSTRUCTOR = "instructor";

interface Admitted extends Omit<Caller, "organization"> {
  session: SessionView;
}

function admitByToken(
  request: Request,
  { workshop, access }: { workshop: Workshop; access: Access },
): Admitted {
  const shell = access.claimedByShell(request);
  const own = shell && workshop.find(shell.id);
  if (shell !== undefined && own !== undefined && access.isShellOf(own, shell.token))
    return { session: own, user: own.id, isAdmin: true };
  const claim = access.claimedByUser(request);
  const session = claim && workshop.find(claim.id);
  if (claim !== undefined && session !== undefined && access.isUserOf(session, claim))
    return { session, user: claim.user, groups: claim.groups };
  throw new ServerError(
    serverErrorCodes.unauthorized,
    "The token is not that of a live session. Use the shell of your session, where LECTERN_TOKEN is set.",
  );
}

/** Otherwise somebody could grant in another's name what they asked for in their own. */
function nameTaken(user: string): PolicyError {
  const message = `the user ${user} is Lectern's own or administers the organization, and has no API token; name another`;
  return new PolicyError(POLICY_ERROR.invalid, message, { fields: [{ path: "apiToken.user", message }] });
}

function unknownCaller(): never {
  throw new ServerError(serverErrorCodes.unauthorized, "The request names no session.");
}
