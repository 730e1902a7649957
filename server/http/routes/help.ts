import { createHash, randomBytes } from "node:crypto";
import { Router } from "express";
import type { Request } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import type { SessionView } from "../../../workshop/common/api.js";
import { isAtLeast } from "../../../workshop/common/account-api.js";
import { answerAnnouncement } from "../../../workshop/common/announcement.js";
import {
  MAX_HELP_TEXT,
  agreeToGuest,
  askForHelp,
  askToType,
  endGuest,
  endHelp,
  giveHelpBack,
  takeHelp,
} from "../../../workshop/common/help.js";
import { personName, personNameProblem } from "../../../workshop/common/person-name.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access, Credentials } from "../access.js";
import { parseBody } from "../body.js";
import { pageKeyOf, requirePageKey } from "../page-key.js";
import { createRateLimit } from "../rate-limit.js";
import type { CounterFactory } from "../rate-limit.js";

export interface HelpRoutes {
  workshop: Workshop;
  access: Access;
  counter: CounterFactory;
  log: Pick<Logger, "info">;
}

const GUEST_ID_BYTES = 9;
const helpWanted = z.strictObject({
  text: z.string().trim().max(MAX_HELP_TEXT),
  step: z.string().min(1).max(64).optional(),
});
const helper = z.strictObject({ name: z.string().max(10_000) });
const answer = z.strictObject({ id: z.string().min(1).max(64), answer: z.enum(["yes", "no"]) });
const agreement = z.strictObject({ id: z.string().min(1).max(64) });

/** `api/sessions/ID/{help,guest}` for learners who ask, and `api/instructor/sessions/ID/{help,guest}` for those who help them. */
export function createHelpRoutes(options: HelpRoutes): Router {
  const router = Router();
  ofLearners(router, options);
  ofHelpers(router, options);
  return router;
}

function ofLearners(router: Router, { workshop, access, counter, log }: HelpRoutes): void {
  const asking = createRateLimit({
    what: "requests for help",
    from: "of one session",
    burst: 10,
    perMinute: 10,
    counter,
  });
  const own = ({ params: { id }, headers }: Request<{ id: string }>): SessionView => {
    const session = workshop.session(id);
    access.requireSession({ headers }, session);
    // Nobody agrees for somebody else.
    if (access.isLearner({ headers }, session)) return session;
    throw new ServerError(serverErrorCodes.unauthorized, "Only the learner of the session may do this.");
  };
  router.post("/sessions/:id/help", async (request, response) => {
    const { id, currentPage, pages } = own(request);
    const { text, step } = parseBody(helpWanted, request.body);
    await asking.take(id);
    const isThere =
      step !== undefined && pages.some(({ name, steps }) => name === currentPage && steps.includes(step));
    const wanted = { text, page: currentPage, ...(isThere ? { step } : {}) };
    response.json(await workshop.change(id, askForHelp(wanted, new Date())));
  });
  router.post("/sessions/:id/announcement/answer", async (request, response) => {
    const { id } = own(request);
    const { id: asked, answer: given } = parseBody(answer, request.body);
    response.json(await workshop.change(id, answerAnnouncement(asked, given)));
  });
  router.delete("/sessions/:id/help", async (request, response) => {
    response.json(await workshop.change(own(request).id, endHelp()));
  });
  router.post("/sessions/:id/guest", async (request, response) => {
    const { id } = own(request);
    const { id: guest } = parseBody(agreement, request.body);
    const view = await workshop.change(id, agreeToGuest(guest, new Date()));
    log.info({ session: id, guest }, "a learner lets a helper type");
    response.json(view);
  });
  router.delete("/sessions/:id/guest", async (request, response) => {
    const { id, guest } = own(request);
    const view = await workshop.change(id, endGuest());
    log.info({ session: id, guest: guest?.id }, "a learner lets no helper type any more");
    response.json(view);
  });
}

/** Who may is asked for every path of `instructor/sessions/ID` (`app.ts`). */
function ofHelpers(router: Router, { workshop, log }: HelpRoutes): void {
  router.post("/instructor/sessions/:id/help", async (request, response) => {
    await workshop.change(request.params.id, takeHelp(nameOf(request)));
    response.status(204).end();
  });
  router.delete("/instructor/sessions/:id/help/taker", async (request, response) => {
    await workshop.change(request.params.id, giveHelpBack());
    response.status(204).end();
  });
  router.delete("/instructor/sessions/:id/help", async (request, response) => {
    await workshop.change(request.params.id, endHelp());
    response.status(204).end();
  });
  router.post("/instructor/sessions/:id/guest", async (request, response) => {
    const { id: session } = request.params;
    const id = randomBytes(GUEST_ID_BYTES).toString("base64url");
    const wanted = {
      id,
      name: nameOf(request),
      askedAt: new Date().toISOString(),
      browser: digestOf(requirePageKey(request)),
    };
    const { guest } = await workshop.change(session, askToType(wanted));
    log.info({ session, guest: guest?.id }, "a helper asks to type");
    response.json({ id: guest?.id ?? id });
  });
  router.delete("/instructor/sessions/:id/guest", async (request, response) => {
    const { id: session, guest } = workshop.session(request.params.id);
    await workshop.change(session, endGuest());
    log.info({ session, guest: guest?.id }, "a helper types no more");
    response.status(204).end();
  });
}

/** Which asking lets this browser type in the session, if one does: it is a helper's or instructor's, and the one the learner has agreed to. */
export function guestIn(
  { workshop, access }: { workshop: Pick<Workshop, "guestOf" | "find">; access: Pick<Access, "rolesOf"> },
  session: string,
  request: Credentials,
): string | undefined {
  const guest = workshop.guestOf(session);
  const key = pageKeyOf(request.headers);
  if (guest === undefined || key === undefined || guest.browser !== digestOf(key)) return undefined;
  return isAtLeast(access.rolesOf(request)(workshop.find(session)), "helper") ? guest.id : undefined;
}

/** The key is 32 random bytes: nobody finds it by its digest. */
function digestOf(pageKey: string): string {
  return createHash("sha256").update(pageKey).digest("base64url");
}

function nameOf(request: Request): string {
  const name = personName(parseBody(helper, request.body).name);
  const problem = personNameProblem(name);
  if (problem === undefined) return name;
  throw new ServerError(serverErrorCodes.nameUnusable, problem);
}
