import type { EventResource } from "../../workshop/common/event.js";
import { type EventStaff, PROVIDER_PREFIX } from "../../workshop/common/event-staff.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { changeEventStaff } from "../../workshop/node/events.js";
import { type Account, staffNameOf } from "../auth/account.js";
import type { NamedTokens } from "../auth/named-tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { KnownEventStaff } from "./event-staff.js";

/** Who looks after events: says it of new ones, and of those there are. */
export interface EventOwners {
  /** Those who look after an event that the account makes. Throws SERVER_ROLE_FORBIDDEN, SERVER_BAD_REQUEST. */
  ofNew(account: Account, wanted: EventStaff): Promise<EventStaff>;
  /** The event with others who look after it. Throws SERVER_EVENT_FORBIDDEN, SERVER_BAD_REQUEST. */
  change(account: Account, event: EventResource, wanted: EventStaff): Promise<EventResource>;
}

export interface EventOwnersParts {
  client: KubernetesClient;
  namedTokens: Pick<NamedTokens, "list">;
  staff: Pick<KnownEventStaff, "know">;
  /** Whether people sign in at a provider. */
  hasProvider: boolean;
  /** Looks for the event anew from now on. */
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
    change: async (account, event, wanted) => {
      const { spec, metadata } = event;
      if (account.role !== "operator" && (spec.owner === undefined || spec.owner !== staffNameOf(account)))
        throw new ServerError(
          serverErrorCodes.eventForbidden,
          `Who looks after the event ${metadata.name} is said by its owner or an operator. Ask one of them.`,
        );
      const staff = normal(wanted);
      await requireKnown(parts, staff, namesIn(spec));
      const changed = await changeEventStaff(parts.client, event, staff);
      parts.staff.know(changed);
      parts.forget(metadata.name);
      return changed;
    },
  };
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
