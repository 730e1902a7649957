import { useId, useState, useSyncExternalStore, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { MAX_NOTES } from "../../../common/notes.js";
import { useLab } from "../lab-context.js";
import type { DraftState, NotesDraft } from "./notes-draft.js";
import { useNotes } from "./use-notes.js";
import "./notes.css";

/** The learner's own notes on a page, saved as they are typed. */
export function PageNotes({ page }: { page: string }): ReactElement | null {
  const { session } = useLab();
  const draft = useNotes(session.id, page);
  return draft === undefined ? null : <Notes key={page} draft={draft} />;
}

function Notes({ draft }: { draft: NotesDraft }): ReactElement {
  const { text, state } = useSyncExternalStore(draft.follow, draft.shown);
  const [isOpen, setIsOpen] = useState(text !== "");
  const field = useId();
  return (
    <details
      className="notes"
      open={isOpen || state.is === "changed"}
      onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}
    >
      <summary>Your notes on this page</summary>
      <label className="visually-hidden" htmlFor={field}>
        Your notes on this page
      </label>
      <textarea
        id={field}
        className="field__input notes__text"
        rows={4}
        maxLength={MAX_NOTES}
        value={text}
        onChange={({ target }) => draft.type(target.value)}
        onBlur={() => void draft.flush()}
        aria-describedby={`${field}-state`}
      />
      <p className="field__hint" id={`${field}-state`} role="status">
        {stateWords(state)} {text.length > MAX_NOTES * 0.9 && `${text.length} of ${MAX_NOTES} characters.`}
      </p>
      {state.is === "changed" && <Versions draft={draft} mine={text} theirs={state.theirs} />}
    </details>
  );
}

function stateWords(state: DraftState): string {
  if (state.is === "failed") return `Not saved, and tried again: ${state.problem}`;
  if (state.is === "refused") return `Not saved: ${state.problem}`;
  if (state.is === "changed") return "Not saved.";
  if (state.is === "waiting") return "Saving…";
  return "Saved as you type, for you alone. “Download everything” on the last page has them; they go with the session.";
}

/** What another tab has saved meanwhile, and what to do about it. */
function Versions({
  draft,
  mine,
  theirs,
}: {
  draft: NotesDraft;
  mine: string;
  theirs: string;
}): ReactElement {
  const both = `${theirs.trimEnd()}\n\n${mine}`;
  return (
    <section className="notice notice--warning" aria-label="Changed meanwhile">
      <p role="alert">These notes were changed in another tab since this one read them. There they say:</p>
      <pre className="notes__theirs" tabIndex={0}>
        {theirs === "" ? "(nothing)" : theirs}
      </pre>
      <div className="notes__ways">
        <Button
          className="button button--small"
          isDisabled={both.length > MAX_NOTES}
          onPress={() => draft.choose(both)}
        >
          Keep both
        </Button>
        <Button className="button button--small" onPress={() => draft.choose(mine)}>
          Keep these
        </Button>
        <Button className="button button--small" onPress={() => draft.choose(theirs)}>
          Take those
        </Button>
      </div>
    </section>
  );
}
