import { api } from "../api/api-client.js";

const FRAGMENT = "#access=";

/**
 * Lets this browser in by the link it was opened with, and takes the secret out of the address; does nothing where the address is
 * no such link. Throws `ApiError`.
 */
export async function admitByLink(session: string): Promise<void> {
  if (!location.hash.startsWith(FRAGMENT)) return;
  await api.admit(session, location.hash.slice(FRAGMENT.length));
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** Opens a link also where only what follows `#` changes, for which a browser loads nothing. */
export function watchForLinks(): void {
  window.addEventListener("hashchange", () => {
    if (location.hash.startsWith(FRAGMENT)) location.reload();
  });
}
