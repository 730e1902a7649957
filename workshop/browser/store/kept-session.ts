import type { SessionView } from "../../common/api.js";
import type { PageView } from "../../common/page-view.js";

/** What a tab still knows of a session that is gone: its text, and what was done. */
interface KeptSession {
  session: SessionView;
  pages: Record<string, PageView>;
}

const PREFIX = "lectern.session.";

/** Keeps a session as it is now for as long as this tab lives; also beyond the session's end and a reload. */
export function keepSession(session: SessionView): void {
  write(session.id, { pages: read(session.id)?.pages ?? {}, session });
}

/** Keeps a page of a session that was kept. */
export function keepPage(session: string, page: PageView): void {
  const kept = read(session);
  if (kept) write(session, { ...kept, pages: { ...kept.pages, [page.name]: page } });
}

export function recallSession(id: string): SessionView | undefined {
  return read(id)?.session;
}

export function recallPage(session: string, name: string): PageView | undefined {
  return read(session)?.pages[name];
}

function read(id: string): KeptSession | undefined {
  try {
    const text = sessionStorage.getItem(PREFIX + id);
    return text === null ? undefined : (JSON.parse(text) as KeptSession);
  } catch {
    return undefined;
  }
}

function write(id: string, kept: KeptSession): void {
  try {
    sessionStorage.setItem(PREFIX + id, JSON.stringify(kept));
  } catch {
    // Storage that is full or switched off only means that the text goes with the session.
  }
}
