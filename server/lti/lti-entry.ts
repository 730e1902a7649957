import { createHash } from "node:crypto";
import { z } from "zod";
import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import { MAX_STAFF } from "../../workshop/common/event-staff.js";
import { type EventResource, MAX_SEATS } from "../../workshop/common/event.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { changeEventStaff } from "../../workshop/node/events.js";
import { type Account, staffNameOf } from "../auth/account.js";
import type { Tokens } from "../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { KnownEventStaff } from "../event/event-staff.js";
import type { Events } from "../event/events.js";
import { type Launch, LINK_EVENT, refused } from "./launch-claims.js";
import type { LtiTool } from "./lti-tool.js";
import { keyOf } from "./score-passback.js";

/** What the page is given behind `#` when a launch was found good, and brings with the key that only it has. */
const entry = z.strictObject({
  event: z.string(),
  /** What the event and its store know the person by. */
  visitor: z.string(),
  name: z.string(),
  teaches: z.boolean(),
  platform: z.string(),
  subject: z.string(),
  lineItem: z.string().optional(),
  /** A digest of what the browser is known by that the launch was begun in: an address that somebody else sends one is good for nothing. */
  browser: z.string(),
  /** `Installation.epoch` when it was issued: what was used in another one is not known any more. */
  epoch: z.string(),
  /** Epoch milliseconds. */
  expiresAt: z.number(),
});
export type Entry = z.infer<typeof entry>;

export interface EntryParts {
  client: KubernetesClient;
  tool: Pick<LtiTool, "once">;
  tokens: Pick<Tokens, "forLti" | "ofLti">;
  events: Pick<Events, "create">;
  staff: Pick<KnownEventStaff, "know">;
  /** Another one whenever what is good once has been forgotten. */
  epoch: string;
  find: (name: string) => Promise<EventResource>;
  /** Lets `find` look anew. */
  forget: (name: string) => void;
}

/** From a launch to the event it leads to. */
export interface LtiEntries {
  /** What the launch is good for, within a minute and once. Throws SERVER_LTI_REFUSED, LAB_NOT_FOUND, SERVER_EVENT_NOT_FOUND. */
  issue(launch: Launch, browser: string): Promise<string>;
  /** In the browser it was issued for. Throws SERVER_LTI_REFUSED. */
  redeem(token: string, browser: string | undefined): Promise<Entry>;
  /** The account of who teaches, named as a helper of the event. Throws SERVER_LTI_REFUSED. */
  helper(of: Entry, event: EventResource): Promise<Account>;
}

const ENTRY_MS = 60_000;
const DAY_MS = 24 * 3600 * 1000;
/** Of whom other teachers come before each time. */
const TRIES = 10;

export function createLtiEntries(parts: EntryParts): LtiEntries {
  return {
    issue: async (launch, browser) => {
      const { platform, subject, name, teaches, lineItem } = launch;
      const event = await eventOf(parts, launch);
      const written: Entry = {
        event: event.metadata.name,
        visitor: digestOf("lti visitor", keyOf(platform), subject),
        name,
        teaches,
        platform: keyOf(platform),
        subject,
        ...(lineItem === undefined || teaches ? {} : { lineItem }),
        browser: digestOf("lti browser", browser),
        epoch: parts.epoch,
        expiresAt: Date.now() + ENTRY_MS,
      };
      return parts.tokens.forLti(JSON.stringify(written));
    },
    redeem: async (token, browser) => {
      const text = parts.tokens.ofLti(token);
      const found = text === undefined ? undefined : entry.parse(JSON.parse(text));
      if (found === undefined || found.expiresAt <= Date.now() || found.epoch !== parts.epoch)
        throw refused("This launch is over. Open the link in your course again.");
      if (browser === undefined || found.browser !== digestOf("lti browser", browser))
        throw refused(
          "This launch was begun in another browser, or this one has not kept its cookie. Open the link in your course again.",
        );
      await parts.tool.once(token);
      return found;
    },
    helper: ({ visitor, name }, event) =>
      namedHelper(parts, { by: "lti", id: visitor, role: "helper", name }, event),
  };
}

/** Several who teach a course may come at the same moment, and each has to find the others in the list. */
async function namedHelper(
  { client, staff, find, forget }: EntryParts,
  account: Account,
  event: EventResource,
): Promise<Account> {
  const own = staffNameOf(account);
  const { name } = event.metadata;
  for (let [current, attempt] = [event, 0]; ; attempt += 1) {
    const { owner, instructors, helpers = [] } = current.spec;
    if (helpers.includes(own)) return account;
    if (helpers.length >= MAX_STAFF)
      throw refused("More people teach this course than an event has helpers. Its owner can take some away.");
    const wanted = {
      ...(owner && { owner }),
      ...(instructors && { instructors }),
      helpers: [...helpers, own],
    };
    try {
      staff.know(await changeEventStaff(client, current, wanted, { isUnchanged: true }));
      return account;
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 409 || attempt === TRIES) throw error;
    } finally {
      forget(name);
    }
    await pauseAfterConflict(attempt);
    current = await find(name);
  }
}

/** The event that is named, where it belongs to whom the platform's do; else the one of the link, made by the first who comes. */
async function eventOf({ events, find, staff }: EntryParts, launch: Launch): Promise<EventResource> {
  const { target, platform, deployment, link } = launch;
  // Also one of a link: whoever can make objects of the cluster may make one of any name, and would look after these people.
  const theirs = (event: EventResource): EventResource => {
    if (event.spec.owner === platform.owner) return event;
    throw refused(
      `The event "${event.metadata.name}" is not of ${platform.owner}, whose events ${platform.name} leads to.`,
    );
  };
  if ("event" in target) {
    if (!target.event.startsWith(LINK_EVENT)) return theirs(await find(target.event));
    throw refused(
      `The event "${target.event}" was made by a link, and only that link leads to it. Give this one the custom parameter lab=NAME.`,
    );
  }
  const name = `${LINK_EVENT}${digestOf("lti link", keyOf(platform), deployment, link, target.lab).slice(0, 16)}`;
  const there = await find(name).catch(noneThere);
  if (there !== undefined) return theirs(there);
  const now = Date.now();
  try {
    const made = await events.create({
      name,
      lab: target.lab,
      from: new Date(now).toISOString(),
      until: new Date(now + platform.days * DAY_MS).toISOString(),
      seats: MAX_SEATS,
      minutes: platform.minutes,
      owner: platform.owner,
    });
    staff.know(made);
    return made;
  } catch (error) {
    // A whole course presses at once, and one is the first.
    if (error instanceof ServerError && error.code === serverErrorCodes.eventExists)
      return theirs(await find(name));
    throw error;
  }
}

function noneThere(error: unknown): undefined {
  if (!(error instanceof ServerError && error.code === serverErrorCodes.eventNotFound)) throw error;
}

/** In letters and digits that names of events have. */
function digestOf(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}
