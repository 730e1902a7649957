import type { PageNotes } from "../../../common/notes.js";
import { ApiError } from "../../errors.js";

/** How the notes of a page reach the server. */
export interface NotesStore {
  save(notes: PageNotes): Promise<{ version: number }>;
  /** As they are saved now. */
  read(page: string): Promise<PageNotes>;
}

/** What becomes of what is typed; `changed` says what another tab has saved meanwhile. */
export type DraftState =
  | { is: "saved" | "waiting" }
  | { is: "failed"; problem: string }
  | { is: "changed"; theirs: string };

export interface ShownDraft {
  text: string;
  state: DraftState;
}

/** After the last key; whoever closes the tab in between is asked for it by `flush`. */
const PAUSE_MS = 700;
const RETRY_MS = 5_000;
const HTTP_CONFLICT = 409;

/** The notes of one page as they are typed: saved by themselves, one save after the other, and never over what another tab has saved. */
export class NotesDraft {
  readonly #store: NotesStore;
  readonly #page: string;
  readonly #listeners = new Set<() => void>();
  #version: number;
  #savedText: string;
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

  /** Chooses between the two versions, or types another text that has both. */
  choose(text: string): void {
    this.#show({ text, state: { is: "waiting" } });
    void this.flush();
  }

  /** Saves what is not saved yet; resolves when that is done or has failed. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#saving) await this.#saving;
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
      const isConflict = error instanceof ApiError && error.status === HTTP_CONFLICT;
      await (isConflict ? this.#compare() : this.#fail(error));
    }
  }

  /** Another tab was faster; where it has saved the same, there is nothing to choose. */
  async #compare(): Promise<void> {
    try {
      const { text: theirs, version } = await this.#store.read(this.#page);
      this.#take(theirs, version);
      const { text } = this.#shown;
      this.#show({ text, state: theirs === text ? { is: "saved" } : { is: "changed", theirs } });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    this.#show({ text: this.#shown.text, state: { is: "failed", problem } });
    this.#saveIn(RETRY_MS);
  }

  #take(text: string, version: number): void {
    this.#savedText = text;
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
