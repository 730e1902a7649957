import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import type { SpecChange } from "./session.js";

/** What an instructor tells the learner of a session; the next one takes its place. */
export interface Announcement {
  /** The same in every session that was told at once. */
  id: string;
  text: string;
  /** ISO 8601. */
  at: string;
  /** A command that the learner may paste or run; it never runs by itself. */
  command?: string;
  /** It is a question, and answered by yes or no. */
  asks?: true;
  /** It says when the session ends, and is taken back when that becomes another time. */
  tellsEnd?: true;
  answer?: Answer;
}

export type Answer = "yes" | "no";

export const MAX_ANNOUNCEMENT = 1_000;
export const MAX_COMMAND = 2_000;

/** Tells the learner. */
export function announce(announcement: Omit<Announcement, "answer">): SpecChange {
  // A merge leaves what it does not name.
  return () => ({
    announcement: { command: null, asks: null, tellsEnd: null, answer: null, ...announcement },
  });
}

/** What becomes of it where the session's end is another one than it may have said: what is no longer true stands on no screen. */
export function afterOtherEnd(announcement: Announcement | undefined): { announcement?: null } {
  return announcement?.tellsEnd === true ? { announcement: null } : {};
}

/** Answers the question of that id. Throws SESSION_ANNOUNCEMENT_CHANGED where another one is asked, or none. */
export function answerAnnouncement(id: string, answer: Answer): SpecChange {
  return ({ announcement }) => {
    if (announcement?.id !== id || announcement.asks !== true)
      throw new WorkshopError(
        WORKSHOP_ERRORS.sessionAnnouncementChanged,
        "That is not asked any more. Look at what is asked now.",
      );
    return announcement.answer === answer ? undefined : { announcement: { answer } };
  };
}
