import type { SessionView } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { readPreference, usePreference, writePreference } from "./preferences.js";

const NAME = "helper-name";

/** What this browser's helper is called, as learners read it; empty until it was said. */
export function useHelperName(): [string, (name: string) => void] {
  const [name, setName] = usePreference(NAME);
  return [name ?? "", setName];
}

/** Asks the learner to let this browser type. Throws `ApiError`. */
export async function askToType(session: string, name: string): Promise<void> {
  const { id } = await api.askToType(session, name);
  writePreference(askedIn(session), id);
}

/** Whether whoever has asked to type in the session, or does, is this browser's helper. */
export function isOwnGuest({ id, guest }: Pick<SessionView, "id" | "guest">): boolean {
  return guest !== undefined && readPreference(askedIn(id)) === guest.id;
}

/** Whether the learner of a watched session lets this browser type. */
export function useIsGuest(session: SessionView): boolean {
  const [asked] = usePreference(askedIn(session.id));
  return session.guest?.agreedAt !== undefined && session.guest.id === asked;
}

function askedIn(session: string): string {
  return `asked-to-type.${session}`;
}
