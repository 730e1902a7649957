import type { EventResource } from "../../workshop/common/event.js";
import {
  type EventStaff,
  type EventStaffChange,
  PROVIDER_PREFIX,
  isSameStaff,
} from "../../workshop/common/event-staff.js";
import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { changeEventStaff } from "../../workshop/node/events.js";
import { type Account, staffNameOf } from "../auth/account.js";
import type { NamedTokens } from "../auth/named-tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { KnownEventStaff } from "./event-staff.js";

/** Who looks after events: says it of new ones, and of those there are. */
export interface EventOwners {
  /** Those who look after an event that the account makes. Throws SERVER_ROLE_FORBIDDEN, SERVER_BAD_REQUEST. */
  ofNew(account: Account, wanted: EventStaff): Promise<EventStaff>;
  /** The event of that name with others who look after it. Throws SERVER_EVENT_NOT_FOUND, SERVER_EVENT_FORBIDDEN, SERVER_EVENT_CHANGED, SERVER_BAD_REQUEST. */
  change(account: Account, name: string, wanted: EventStaffChange): Promise<EventResource>;
}

export interface EventOwnersParts {
  client: KubernetesClient;
  namedTokens: Pick<NamedTokens, "list">;
  staff: Pick<KnownEventStaff, "know">;
  /** Whether people sign in at a provider. */
  hasProvider: boolean;
  find: (name: string) => Promise<EventResource>;
  /** Lets `find` look anew. */
  forget: (name: string) => void;
}

export function createEventOwners(parts: EventOwnersParts): EventOwners {
  return {
    ofNew: async (account, wanted) => {
      const own = staffNameOf(account);
      const { owner = own } = wanted;
      if (owner !== own && account.role !== "operator")
        throw new ServerError(
          serverErrorCodes.forbidden,
          "Only an operator can make an event for somebody else. Leave its owner away, and name others as its instructors.",
        );
      const staff = normal({ ...wanted, owner });
      await requireKnown(parts, staff, [own]);
      return staff;
    },
    change: (account, name, wanted) => change(parts, account, { name, ...wanted }),
  };
}

/** Of others who write to the event, its rehearsals too. */
const TRIES = 10;

async function change(
  parts: EventOwnersParts,
  account: Account,
  { name, was, ...wanted }: EventStaffChange & { name: string },
): Promise<EventResource> {
  for (let attempt = 0; ; attempt += 1) {
    parts.forget(name);
    const event = await parts.find(name);
    requireOwner(account, event);
    if (!isSameStaff(was, event.spec)) throw changedMeanwhile(name);
    const staff = normal(wanted);
    await requireKnown(parts, staff, namesIn(event.spec));
    try {
      const changed = await changeEventStaff(parts.client, event, staff, { isUnchanged: true });
      parts.staff.know(changed);
      return changed;
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 409 || attempt === TRIES) throw error;
    } finally {
      parts.forget(name);
    }
    await pauseAfterConflict(attempt);
  }
}

function requireOwner(account: Account, { spec, metadata }: EventResource): void {
  if (account.role === "operator" || (spec.owner !== undefined && spec.owner === staffNameOf(account)))
    return;
  throw new ServerError(
    serverErrorCodes.eventForbidden,
    `Who looks after the event ${metadata.name} is said by its owner or an operator. Ask one of them.`,
  );
}

/** Without the names: refusals are logged. */
function changedMeanwhile(name: string): ServerError {
  return new ServerError(
    serverErrorCodes.eventChanged,
    `Somebody else has changed who looks after the event ${name} since you looked. Nothing of yours was saved: look at it again, and then change it.`,
  );
}

/** Without whom it names twice, and without empty lists. */
function normal({ owner, instructors = [], helpers = [] }: EventStaff): EventStaff {
  const taught = [...new Set(instructors)].filter((name) => name !== owner);
  const helped = [...new Set(helpers)].filter((name) => name !== owner && !taught.includes(name));
  const staff = {
    ...(owner ? { owner } : {}),
    ...(taught.length > 0 ? { instructors: taught } : {}),
    ...(helped.length > 0 ? { helpers: helped } : {}),
  };
  if (staff.owner !== undefined || (taught.length === 0 && helped.length === 0)) return staff;
  throw badRequest(
    "An event without an owner is everybody's who has a role here, so that nobody needs to be named for it. Give it an owner.",
  );
}

/** A name that is mistyped would let nobody in, or somebody else. Of those that stand there already, tokens may be over. */
async function requireKnown(
  { namedTokens, hasProvider }: EventOwnersParts,
  staff: EventStaff,
  known: readonly string[],
): Promise<void> {
  const asked = namesIn(staff).filter((name) => !known.includes(name));
  if (asked.length === 0) return;
  const tokens = new Set((await namedTokens.list()).map(({ name }) => name));
  for (const name of asked) {
    if (tokens.has(name)) continue;
    const isOfProvider = name.startsWith(PROVIDER_PREFIX) && name.length > PROVIDER_PREFIX.length;
    if (isOfProvider && hasProvider) continue;
    throw badRequest(
      isOfProvider
        ? "Nobody signs in at a provider here, so that nobody can be named by a subject of one. Name somebody by a token."
        : `There is no token "${name}". Name people by their token, as "lectern token list" shows it, or by ${PROVIDER_PREFIX}SUBJECT, as their portal shows it.`,
    );
  }
}

function namesIn({ owner, instructors = [], helpers = [] }: EventStaff): string[] {
  return [...(owner ? [owner] : []), ...instructors, ...helpers];
}

function badRequest(message: string): ServerError {
  return new ServerError(serverErrorCodes.badRequest, message);
}
