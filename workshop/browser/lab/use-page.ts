import { useCallback } from "react";
import type { PageView } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { useLoaded, type Loaded } from "../store/use-loaded.js";

/** One page of a session; tells the server that the learner reads it, and fetches the next one ahead. */
export function usePage(
  session: string,
  name: string,
  { isWatching }: { isWatching: boolean },
): Loaded<PageView> {
  return useLoaded(useCallback(() => openPage(session, name, isWatching), [session, name, isWatching]));
}

async function openPage(session: string, name: string, isWatching: boolean): Promise<PageView> {
  const page = await fetchPage(session, name);
  // Where the learner is matters to "Resume" only, and the next page only to speed; this page is good without either.
  if (!isWatching) api.visit(session, name).catch(() => undefined);
  if (page.next) fetchPage(session, page.next.name).catch(() => undefined);
  return page;
}

/** Pages kept of the sessions opened in this tab; a lab has some ten. */
const KEPT_PAGES = 50;
const kept = new Map<string, Promise<PageView>>();

function fetchPage(session: string, name: string): Promise<PageView> {
  const key = `${session}\n${name}`;
  const known = kept.get(key);
  if (known) return known;
  const loading = api.page(session, name);
  loading.catch(() => kept.delete(key));
  kept.set(key, loading);
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT_PAGES && oldest !== undefined) kept.delete(oldest);
  return loading;
}
