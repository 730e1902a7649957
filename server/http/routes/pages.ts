import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import { MAX_ANSWER_CHARACTERS, MAX_OPTIONS } from "../../../workshop/common/quiz-limits.js";
import { MAX_INPUTS } from "../../../workshop/common/test-inputs.js";
import { isStepId } from "../../../workshop/common/step-id.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { StepAddress, Workshop } from "../../workshop/workshop.js";

export interface PageRoutes {
  workshop: Workshop;
  access: Access;
}

interface PageParams {
  id: string;
  page: string;
}

type StepParams = PageParams & { step: string };

const entered = z.string().max(MAX_ANSWER_CHARACTERS);
const run = z.strictObject({
  answer: z.array(entered).max(MAX_OPTIONS).optional(),
  inputs: z
    .record(z.string(), z.union([entered, z.array(entered).max(MAX_OPTIONS)]))
    .refine((values) => Object.keys(values).length <= MAX_INPUTS, `at most ${MAX_INPUTS} values are taken`)
    .optional(),
});

/** `api/sessions/ID/pages/...`: reading pages and running their steps. */
export function createPageRoutes({ workshop, access }: PageRoutes): Router {
  const router = Router();
  const own = (request: Request<PageParams>): string => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    return session.id;
  };
  /** Whoever helps looks on; what is done in the terminals is the learner's. */
  const learners = (request: Request<PageParams>): string => {
    const id = own(request);
    access.requireLearner(request, workshop.session(id), "run its steps");
    return id;
  };
  router.get("/sessions/:id/pages/:page", async (request, response) => {
    response.json(await workshop.page(own(request), request.params.page));
  });
  router.post("/sessions/:id/pages/:page/visit", async (request, response) => {
    await workshop.visit(learners(request), request.params.page);
    response.status(204).end();
  });
  router.post("/sessions/:id/pages/:page/steps/:step/run", async (request, response) => {
    const step = addressOf(learners(request), request.params);
    const entry = parseBody(run, (request.body as unknown) ?? {});
    response.status(202).json(await workshop.runStep(step, entry));
  });
  router.post("/sessions/:id/pages/:page/steps/:step/do", async (request, response) => {
    await workshop.doStep(addressOf(learners(request), request.params));
    response.status(204).end();
  });
  router.post("/sessions/:id/pages/:page/steps/:step/interrupt", async (request, response) => {
    await workshop.interruptStep(addressOf(learners(request), request.params));
    response.status(204).end();
  });
  router.post("/sessions/:id/pages/:page/steps/:step/cancel", async (request, response) => {
    await workshop.cancelStep(addressOf(learners(request), request.params));
    response.status(204).end();
  });
  router.post("/sessions/:id/pages/:page/steps/:step/hints/:hint", async (request, response) => {
    const address = addressOf(own(request), request.params);
    const hint = numberOf(request.params);
    // Who helps looks at it without having needed it.
    const isCounted = access.isLearner(request, workshop.session(address.session));
    response.json(await workshop.hint({ ...address, hint, isCounted }));
  });
  return router;
}

function numberOf({ step, hint }: StepParams & { hint: string }): number {
  if (/^\d{1,4}$/.test(hint)) return Number(hint);
  throw new ServerError(serverErrorCodes.notFound, `Step "${step}" has no hint "${hint}".`);
}

function addressOf(session: string, { page, step }: StepParams): StepAddress {
  if (isStepId(step)) return { session, page, step };
  throw new ServerError(serverErrorCodes.notFound, `Page "${page}" has no step "${step}".`);
}
