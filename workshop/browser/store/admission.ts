import { api } from "../api/api-client.js";

const FRAGMENT = "#access=";
const START = "#start=";
const EVENT = "#join=";

/**
 * Lets this browser in by the link it was opened with, and takes the secret out of the address; does nothing where the address is
 * no such link. Throws `ApiError`.
 */
export async function admitByLink(session: string): Promise<void> {
  if (!location.hash.startsWith(FRAGMENT)) return;
  await api.admit(session, location.hash.slice(FRAGMENT.length));
  history.replaceState(history.state, "", location.pathname + location.search);
}

/**
 * Lets this browser start labs where the address is the link for it; the catalogue says why not where it is no longer one. Does
 * nothing elsewhere.
 */
export async function admitToStart(): Promise<void> {
  if (!location.hash.startsWith(START)) return;
  await api.admitToStart(location.hash.slice(START.length)).catch(() => undefined);
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** The secret of the event's link that the page was opened by; nothing where it was opened by another address. */
export function eventToken(): string | undefined {
  return location.hash.startsWith(EVENT) ? location.hash.slice(EVENT.length) : undefined;
}

/** Takes it out of the address, once it has let this browser in. */
export function hideEventToken(): void {
  if (eventToken() !== undefined)
    history.replaceState(history.state, "", location.pathname + location.search);
}

/** Opens a link also where only what follows `#` changes, for which a browser loads nothing. */
export function watchForLinks(): void {
  window.addEventListener("hashchange", () => {
    if ([FRAGMENT, START, EVENT].some((start) => location.hash.startsWith(start))) location.reload();
  });
}
