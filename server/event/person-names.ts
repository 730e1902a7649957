import type { PeopleStore } from "../../workshop/node/people-store.js";

/** Whose sessions are, for the instructors' table. */
export interface PersonNames {
  /** What is known now; where it is not, it is looked for. */
  nameOf(session: string): string | undefined;
  know(session: string, name: string): void;
  forget(session: string): void;
}

/** Keeps the names of those who have sessions; `onFound` is told of a session whose name is known from now on. */
export function createPersonNames(
  people: Pick<PeopleStore, "ofSession">,
  onFound: (session: string) => void,
): PersonNames {
  const names = new Map<string, string>();
  const asked = new Set<string>();
  const ask = async (session: string) => {
    asked.add(session);
    try {
      // Another server writes it down a moment after the session is there; whoever looks at the table again asks again.
      const person = await people.ofSession(session);
      if (person === undefined) return;
      names.set(session, person.name);
      onFound(session);
    } catch {
      // The store that does not answer is told of by whoever needs it to go on.
    } finally {
      asked.delete(session);
    }
  };
  return {
    nameOf: (session) => {
      const name = names.get(session);
      if (name === undefined && !asked.has(session)) void ask(session);
      return name;
    },
    know: (session, name) => {
      names.set(session, name);
      onFound(session);
    },
    forget: (session) => void names.delete(session),
  };
}
