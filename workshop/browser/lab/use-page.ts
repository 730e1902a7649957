import { keepPreviousData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { SessionView } from "../../common/api.js";
import type { PageView } from "../../common/page-view.js";
import { api } from "../api/api-client.js";
import { ApiError } from "../errors.js";
import { keepPage, recallPage } from "../store/kept-session.js";

export interface LoadedPage {
  /** While another page loads, still the one before. */
  page: PageView | undefined;
  problem: string | undefined;
  reload: () => void;
}

/** One page of a session; tells the server that the learner reads it, and fetches the others ahead. */
export function usePage(
  session: SessionView,
  name: string,
  { isWatching }: { isWatching: boolean },
): LoadedPage {
  const { data, error, refetch } = useQuery({
    ...pageQuery(session, name),
    placeholderData: keepPreviousData,
  });
  const isOpen = session.phase === "Active";
  const shown = data?.name;
  useEffect(() => {
    // Where the learner is matters to "Resume" only; the page is good without.
    if (isOpen && !isWatching && shown === name) api.visit(session.id, name).catch(() => undefined);
  }, [session.id, name, shown, isOpen, isWatching]);
  usePagesAhead(session, isOpen && !isWatching && shown !== undefined);
  return { page: data, problem: error?.message, reload: () => void refetch() };
}

/** How a page of a session is asked for; one that is kept in this browser is there also when the session is over. */
export function pageQuery({ id, labVersion }: Pick<SessionView, "id" | "labVersion">, name: string) {
  return queryOptions({
    queryKey: ["session", id, "page", name, labVersion],
    queryFn: ({ signal }) => loadPage(id, name, signal),
    staleTime: Infinity,
    gcTime: Infinity,
  });
}

/** Answers that mean a session seen before is no longer: its cookie went with it. */
const GONE: readonly number[] = [401, 403, 404, 410];

async function loadPage(session: string, name: string, signal: AbortSignal): Promise<PageView> {
  try {
    const page = await api.page(session, name, signal);
    keepPage(session, page);
    return page;
  } catch (error) {
    const kept =
      error instanceof ApiError && GONE.includes(error.status) ? recallPage(session, name) : undefined;
    if (kept) return kept;
    throw error;
  }
}

/** Fetches the pages of the lab one after the other, so that turning one is at once, and the text outlives the session. */
function usePagesAhead(session: SessionView, isWanted: boolean): void {
  const client = useQueryClient();
  const { id, labVersion } = session;
  const names = session.pages.map((page) => page.name).join("\n");
  useEffect(() => {
    const leaving = new AbortController();
    async function fetchAll(): Promise<void> {
      for (const name of names.split("\n")) {
        if (leaving.signal.aborted) return;
        await client.prefetchQuery(pageQuery({ id, labVersion }, name));
      }
    }
    if (isWanted) void fetchAll();
    return () => leaving.abort();
  }, [client, id, labVersion, names, isWanted]);
}
