import { randomBytes } from "node:crypto";
import { type Request, type Response, Router, urlencoded } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import type { LabSummary } from "../../../workshop/common/api.js";
import type { LtiArrival } from "../../../workshop/common/event-api.js";
import { type EventResource, uidOf } from "../../../workshop/common/event.js";
import type { PeopleStore } from "../../../workshop/node/people-store.js";
import type { Attendance } from "../../event/attendance.js";
import { type LabChoice, choiceAnswer } from "../../lti/deep-linking.js";
import { refused } from "../../lti/launch-claims.js";
import { originsOf } from "../../lti/lti-config.js";
import type { LtiEntries } from "../../lti/lti-entry.js";
import type { LtiTool } from "../../lti/lti-tool.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { type CookieScope, readCookies, setLtiCookie } from "../cookies.js";
import type { EventAccess } from "../event-access.js";
import { choicePage, failurePage, framedPage } from "../lti-pages.js";
import { problemOf } from "../problem.js";
import { type CounterFactory, createRateLimit } from "../rate-limit.js";

export interface LtiParts {
  tool: LtiTool;
  entries: LtiEntries;
}

export interface LtiRoutes extends LtiParts {
  workshop: Pick<Workshop, "labs">;
  attendance: Pick<Attendance, "join">;
  people: Pick<PeopleStore, "ofVisitor" | "setScoreTarget">;
  find: (name: string) => Promise<EventResource>;
  access: Pick<Access, "admit" | "enter">;
  eventAccess: Pick<EventAccess, "admit">;
  counter: CounterFactory;
  log: Pick<Logger, "info" | "warn" | "error">;
  /** The address people reach Lectern at, ending in `/`. */
  publicUrl: (request: Request) => string;
  scope: (request: Request) => CookieScope;
}

const MAX_BODY = "64kb";
const BROWSER_BYTES = 32;
const text = z.string().min(1).max(4_000);
/** Platforms send more than is asked for. */
const login = z.object({
  iss: text,
  login_hint: text,
  lti_message_hint: z.string().max(8_000).optional(),
  client_id: text.optional(),
  target_link_uri: z.string().max(4_000).optional(),
});
const launch = z.object({ id_token: z.string().max(48_000), state: text });
const arrival = z.strictObject({ entry: z.string().min(1).max(12_000) });

/** `/lti/login`, `/lti/launch`, `/lti/keys`: what platforms and the browsers they send come to. They come from other sites, and bring no cookie of a session. */
export function createLtiRouter(options: LtiRoutes): Router {
  const { tool, entries, scope, publicUrl } = options;
  const router = Router();
  const launches = createRateLimit({
    what: "launches",
    burst: 600,
    perMinute: 300,
    counter: options.counter,
  });
  const begin = async (request: Request, response: Response, asked: unknown) => {
    const wanted = parseBody(login, asked) as z.infer<typeof login> & { iss: string };
    await launches.take(request.ip ?? "");
    const browser =
      readCookies(request.headers.cookie).lti ?? randomBytes(BROWSER_BYTES).toString("base64url");
    const { url, origins } = tool.begin(wanted, browser, `${publicUrl(request)}lti/launch`);
    const isFramed = /^i?frame$/.test(request.get("sec-fetch-dest") ?? "");
    // In a frame of another site browsers keep nothing of a lab; who chooses one is done within a minute, and has to answer the frame's page.
    if (isFramed && wanted.target_link_uri !== `${publicUrl(request)}lti/choose`)
      return framedPage(response, {
        action: `${publicUrl(request)}lti/login`,
        fields: wanted,
        origins,
      });
    setLtiCookie(response, scope(request), { browser, isFramed });
    response.redirect(303, url);
  };
  router.use("/lti", (_request, response, next) => {
    response.set("cache-control", "no-store");
    next();
  });
  router.get("/lti/keys", async (_request, response) => void response.json(await tool.keys()));
  router.get("/lti/login", (request, response) =>
    answered(options.log, response, () => begin(request, response, request.query)),
  );
  router.post("/lti/login", urlencoded({ limit: MAX_BODY, extended: false }), (request, response) =>
    answered(options.log, response, () => begin(request, response, request.body)),
  );
  router.post("/lti/launch", urlencoded({ limit: MAX_BODY, extended: false }), (request, response) =>
    answered(options.log, response, async () => {
      await launches.take(request.ip ?? "");
      const browser = readCookies(request.headers.cookie).lti;
      if (browser === undefined)
        throw refused(
          "This browser has not kept what the launch was begun with. Open the link in a window of its own, and allow cookies of this page.",
        );
      const launched = await tool.finish(parseBody(launch, request.body), browser);
      if ("returnUrl" in launched) return offerLabs(options, launched, { request, response });
      const { platform, foreignScores } = launched;
      if (foreignScores !== undefined)
        options.log.warn(
          { platform: platform.name, origin: foreignScores },
          "scores are told to no origin that is not registered; where it is the platform's, name it in its origins",
        );
      // Our own page and nothing else: what the platform names as its target is only read.
      response.redirect(303, `${scope(request).base}launch#entry=${await entries.issue(launched, browser)}`);
    }),
  );
  return router;
}

/** Shows who makes a course the labs there are, each with what its platform is told when it is chosen. */
async function offerLabs(
  { tool, workshop, publicUrl }: LtiRoutes,
  choice: LabChoice,
  { request, response }: { request: Request; response: Response },
): Promise<void> {
  const { platform, returnUrl } = choice;
  const launchUrl = `${publicUrl(request)}lti/launch`;
  const answer = (lab?: LabSummary) => tool.message(platform, choiceAnswer(choice, { lab, launchUrl }));
  const labs = (await workshop.labs()).filter(
    ({ unavailable, isUnread }) => unavailable === undefined && isUnread !== true,
  );
  choicePage(response, {
    action: returnUrl,
    origins: originsOf(platform),
    labs: await Promise.all(labs.map(async (lab) => ({ ...lab, answer: await answer(lab) }))),
    nothing: await answer(),
  });
}

/** `api/lti/enter`: from our own page, with the key of it, to the session. */
export function createLtiEntryRouter(options: LtiRoutes): Router {
  const { entries, find, access, attendance, eventAccess, people } = options;
  const router = Router();
  router.post("/lti/enter", async (request, response) => {
    const { lti: browser } = readCookies(request.headers.cookie);
    const entry = await entries.redeem(parseBody(arrival, request.body).entry, browser);
    const event = await find(entry.event);
    if (entry.teaches) {
      access.enter(request, response, await entries.helper(entry, event));
      return void response.json({ event: entry.event } satisfies LtiArrival);
    }
    const { visitor, name, platform, subject, lineItem } = entry;
    const session = await attendance.join(event, visitor, { name });
    const person = await people.ofVisitor(uidOf(event), visitor);
    if (person !== undefined && lineItem !== undefined) {
      const { lab } = event.spec;
      await people.setScoreTarget({
        person: person.id,
        event: uidOf(event),
        lab,
        platform,
        subject,
        lineItem,
      });
    }
    eventAccess.admit(request, response, event, visitor);
    if (session === undefined) return void response.json({ waitsFor: entry.event } satisfies LtiArrival);
    access.admit(request, response, session);
    response.json({ session: session.id } satisfies LtiArrival);
  });
  return router;
}

/** A person reads why it cannot be, in the place of the lab. */
async function answered(log: LtiRoutes["log"], response: Response, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { status, problem } = problemOf(error);
    const entry = { status, code: problem.error.code };
    if (status >= 500) log.error({ ...entry, err: error }, "a launch failed");
    else log.info(entry, "a launch was refused");
    failurePage(response, status, problem.error);
  }
}
