import type { PageNotes } from "../../../common/notes.js";
import { WORKSHOP_ERRORS } from "../../../common/errors.js";
import { ApiError } from "../../errors.js";

/** How the notes of a page reach the server. */
export interface NotesStore {
  save(notes: PageNotes): Promise<{ version: number }>;
  /** As they are saved now. */
  read(page: string): Promise<PageNotes>;
}

/** What becomes of what is typed; `failed` is tried again, `refused` is not, `changed` says what another tab has saved meanwhile. */
export type DraftState =
  | { is: "saved" | "waiting" }
  | { is: "failed" | "refused"; problem: string }
  | { is: "changed"; theirs: string };

export interface ShownDraft {
  text: string;
  state: DraftState;
}

/** After the last key; whoever closes the tab in between is asked for it by `flush`. */
const PAUSE_MS = 700;
const RETRY_MS = 5_000;
/** What is no other when it is asked again: the session or its page is gone, or over, or somebody else's. */
const REFUSED = new Set([400, 401, 403, 404, 409, 410]);

/** The notes of one page as they are typed: saved by themselves, one save after the other, and never over what another tab has saved. */
export class NotesDraft {
  readonly #store: NotesStore;
  readonly #page: string;
  readonly #listeners = new Set<() => void>();
  #version: number;
  #savedText: string;
  /** What was sent without an answer, and may be saved all the same. */
  #sentText: string | undefined;
  #shown: ShownDraft;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;

  constructor(store: NotesStore, { page, text, version }: PageNotes) {
    this.#store = store;
    this.#page = page;
    this.#version = version;
    this.#savedText = text;
    this.#shown = { text, state: { is: "saved" } };
  }

  readonly shown = (): ShownDraft => this.#shown;

  readonly follow = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  type(text: string): void {
    const { state } = this.#shown;
    // Where two versions are to be chosen from, nothing is saved before that.
    this.#show({ text, state: state.is === "changed" ? state : { is: "waiting" } });
    if (state.is !== "changed") this.#saveIn(PAUSE_MS);
  }

  /** Takes in what is saved now, where nothing is typed here that is not. */
  hear({ text, version }: PageNotes): void {
    if (version <= this.#version || this.#shown.text !== this.#savedText || this.#saving) return;
    this.#take(text, version);
    this.#show({ text, state: { is: "saved" } });
  }

  /** Whether what is shown is only here, and may be saved yet. */
  get isUnsaved(): boolean {
    return this.#shown.state.is !== "refused" && this.#shown.text !== this.#savedText;
  }

  /** Chooses between the two versions, or types another text that has both. */
  choose(text: string): void {
    this.#show({ text, state: { is: "waiting" } });
    void this.flush();
  }

  /** Saves what is not saved yet; resolves when that is done or has failed. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    // Several may have waited for the same save.
    while (this.#saving) await this.#saving;
    const { text, state } = this.#shown;
    if (state.is === "changed") return;
    if (text === this.#savedText) {
      if (state.is !== "saved") this.#show({ text, state: { is: "saved" } });
      return;
    }
    this.#saving = this.#save(text).finally(() => (this.#saving = undefined));
    await this.#saving;
  }

  async #save(text: string): Promise<void> {
    try {
      const { version } = await this.#store.save({ page: this.#page, text, version: this.#version });
      this.#take(text, version);
      const { text: now } = this.#shown;
      if (now === text) this.#show({ text, state: { is: "saved" } });
      else this.#saveIn(PAUSE_MS);
    } catch (error) {
      const isConflict = error instanceof ApiError && error.code === WORKSHOP_ERRORS.sessionNotesChanged;
      if (isConflict) return this.#compare();
      this.#sentText = text;
      this.#fail(error);
    }
  }

  /** Another tab was faster, or the answer to a save of this one was lost; where what is saved is what was typed here, there is nothing to choose. */
  async #compare(): Promise<void> {
    try {
      const { text: theirs, version } = await this.#store.read(this.#page);
      const isOurs = theirs === this.#sentText;
      this.#take(theirs, version);
      const { text } = this.#shown;
      if (theirs === text) this.#show({ text, state: { is: "saved" } });
      else if (isOurs) this.#saveIn(0);
      else this.#show({ text, state: { is: "changed", theirs } });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof ApiError && REFUSED.has(error.status);
    this.#show({ text: this.#shown.text, state: { is: isRefused ? "refused" : "failed", problem } });
    if (!isRefused) this.#saveIn(RETRY_MS);
  }

  #take(text: string, version: number): void {
    this.#savedText = text;
    this.#sentText = undefined;
    this.#version = version;
  }

  #saveIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), ms);
  }

  #show(shown: ShownDraft): void {
    this.#shown = shown;
    for (const listener of this.#listeners) listener();
  }
}
