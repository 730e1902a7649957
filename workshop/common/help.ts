import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import type { SessionSpec, SpecChange } from "./session.js";

/** What a learner who is stuck asks for; it is there until somebody has helped, or the learner needs it no more. */
export interface HelpRequest {
  /** In the learner's words; may be empty. */
  text: string;
  /** ISO 8601; who asked first is helped first. */
  askedAt: string;
  /** Where the learner was. */
  page: string;
  /** The step that had failed there, if one had. */
  step?: string;
  /** What the helper who comes is called. */
  takenBy?: string;
}

/** Somebody who helps and would type in the learner's terminals, or does. */
export interface Guest {
  /** Random; tells one asking from the next. */
  id: string;
  /** What the helper is called. */
  name: string;
  askedAt: string;
  /** When the learner agreed; nobody types before. */
  agreedAt?: string;
}

/** The same as the cluster keeps it. */
export interface GuestSpec extends Guest {
  /** Digest of the browser that asked, and no other may type. */
  browser: string;
}

/** A sentence or two. */
export const MAX_HELP_TEXT = 500;

/** Asks for help, or says it in other words: the place in the queue and whoever comes stay. */
export function askForHelp(wanted: Pick<HelpRequest, "text" | "page" | "step">, now: Date): SpecChange {
  return ({ help }) => {
    const { askedAt = now.toISOString(), takenBy } = help ?? {};
    const asked: HelpRequest = { ...wanted, askedAt, ...(takenBy === undefined ? {} : { takenBy }) };
    // A merge leaves what it does not name.
    return { help: { step: null, ...asked } };
  };
}

/** Says that somebody comes. Throws SESSION_HELP_CHANGED where somebody else does, or nobody asks any more. */
export function takeHelp(name: string): SpecChange {
  return ({ help }) => {
    if (help === undefined) throw helpChanged("Nobody asks for help in this session any more.");
    if (help.takenBy === name) return undefined;
    // Refusals are logged, and names are not.
    if (help.takenBy !== undefined)
      throw helpChanged("Somebody else has taken this one already; the list says who.");
    return { help: { takenBy: name } };
  };
}

/** Puts the request back into the queue, at the place it had. */
export function giveHelpBack(): SpecChange {
  return ({ help }) => (help?.takenBy === undefined ? undefined : { help: { takenBy: null } });
}

/** Takes the request out of the queue: somebody has helped, or it is not needed any more. */
export function endHelp(): SpecChange {
  return ({ help }) => (help === undefined ? undefined : { help: null });
}

/** Asks the learner to let the helper type. Throws SESSION_GUEST_CHANGED where another one has asked before. */
export function askToType(guest: Omit<GuestSpec, "agreedAt">): SpecChange {
  return ({ guest: before }) => {
    if (before !== undefined && before.browser !== guest.browser)
      throw guestChanged("Another helper has asked to type here before you; the list says who.");
    return before === undefined ? { guest } : undefined;
  };
}

/** Lets that helper type. Throws SESSION_GUEST_CHANGED where it is not asked for any more. */
export function agreeToGuest(id: string, now: Date): SpecChange {
  return ({ guest }) => {
    if (guest?.id !== id) throw guestChanged("It is not asked for any more: nobody was let in.");
    return guest.agreedAt === undefined ? { guest: { agreedAt: now.toISOString() } } : undefined;
  };
}

/** Refuses the helper, or ends the typing together. */
export function endGuest(): SpecChange {
  return ({ guest }) => (guest === undefined ? undefined : { guest: null });
}

/** The helper as browsers are told. */
export function guestView({ guest }: Pick<SessionSpec, "guest">): Guest | undefined {
  if (guest === undefined) return undefined;
  const { browser: _browser, ...view } = guest;
  return view;
}

function helpChanged(message: string): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.sessionHelpChanged, message);
}

function guestChanged(message: string): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.sessionGuestChanged, message);
}
