import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { PageNotes } from "../../../common/notes.js";
import { api } from "../../api/api-client.js";
import { NotesDraft } from "./notes-draft.js";

/** Of sessions this page has shown; what is typed on a page outlives its turning. */
const drafts = new Map<string, NotesDraft>();

/** A tab that is closed would take with it what the server has not got; the browser asks. */
function ask(leaving: BeforeUnloadEvent): void {
  if ([...drafts.values()].some((draft) => draft.isUnsaved)) leaving.preventDefault();
}

/** The notes of a page, once those of the session are read. What other tabs save is taken in when the window is looked at again. */
export function useNotes(session: string, page: string): NotesDraft | undefined {
  const { data } = useQuery({
    queryKey: ["session", session, "notes"],
    queryFn: ({ signal }) => api.notes(session, signal),
    refetchOnWindowFocus: "always",
  });
  const draft = data && draftOf(session, notesOf(data, page));
  useEffect(() => {
    if (data) draft?.hear(notesOf(data, page));
  }, [draft, data, page]);
  useEffect(() => {
    if (draft === undefined) return undefined;
    const flush = (): void => void draft.flush();
    // A tab that is hidden may be closed without another word.
    document.addEventListener("visibilitychange", flush);
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("beforeunload", ask);
      document.removeEventListener("visibilitychange", flush);
      flush();
    };
  }, [draft]);
  return draft;
}

function draftOf(session: string, notes: PageNotes): NotesDraft {
  const key = `${session}/${notes.page}`;
  const known = drafts.get(key);
  if (known) return known;
  const store = {
    save: (changed: PageNotes) => api.saveNotes(session, changed),
    read: async (page: string) => notesOf(await api.notes(session), page),
  };
  const made = new NotesDraft(store, notes);
  drafts.set(key, made);
  return made;
}

function notesOf(all: readonly PageNotes[], page: string): PageNotes {
  return all.find((one) => one.page === page) ?? { page, text: "", version: 0 };
}
