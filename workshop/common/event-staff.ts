import { type Role, isAtLeast } from "./account-api.js";

/**
 * Who looks after an event, by the names that accounts have here (`AccountView.account.staffName`): the name of a token, or `oidc:` and the
 * subject of who signs in at a provider. An event without an owner is the installation's, and everybody's who has a role in it.
 */
export interface EventStaff {
  owner?: string;
  instructors?: string[];
  helpers?: string[];
}

/** Who is to look after an event from now on; everybody who is to stay is named again. */
export interface EventStaffChange extends EventStaff {
  /** Who did when whoever asks looked. Where it is others by now, nothing is changed: of two who change it at once the second is asked. */
  was: EventStaff;
}

/** Of something that has more to say. */
export function staffOf({ owner, instructors, helpers }: EventStaff): EventStaff {
  return {
    ...(owner !== undefined && { owner }),
    ...(instructors !== undefined && { instructors }),
    ...(helpers !== undefined && { helpers }),
  };
}

/** The same people, in whatever order they are named. */
export function isSameStaff(one: EventStaff, other: EventStaff): boolean {
  return staffKey(one) === staffKey(other);
}

function staffKey({ owner = "", instructors = [], helpers = [] }: EventStaff): string {
  return JSON.stringify([owner, instructors.toSorted(), helpers.toSorted()]);
}

/** Of each kind; a day has a few. */
export const MAX_STAFF = 50;
/** A subject of 255 characters, as long as the standard lets it be, and what stands before it. */
export const MAX_STAFF_NAME = 260;
/** Before the subject of who signs in at a provider; the name of no token has a colon. */
export const PROVIDER_PREFIX = "oidc:";

/** Before what somebody is known by whom a learning platform has sent here. */
export const LTI_PREFIX = "lti:";

/** What somebody may do in an event at most, whatever their role in the installation: nothing but a learner's where nobody named them. */
export function roleInEvent(staff: EventStaff, name: string): Role {
  // A platform's people are let in to what they were sent for, and to nothing else.
  if (staff.owner === undefined) return name.startsWith(LTI_PREFIX) ? "learner" : "instructor";
  if (staff.owner === name || staff.instructors?.includes(name)) return "instructor";
  return staff.helpers?.includes(name) ? "helper" : "learner";
}

/** Of two roles the one that may less. */
export function lesserRole(one: Role, other: Role): Role {
  return isAtLeast(one, other) ? other : one;
}
