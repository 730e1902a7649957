import type { EditorPlace } from "../../../common/api.js";
import { homeApi } from "../../api/home-api.js";
import { ApiError } from "../../errors.js";

/** A file that is open in the editor. */
export interface OpenFile {
  path: string;
  /** What was read or written last; another object for another text, so that the view knows what to take over. */
  read: ReadText;
  /** Whether the view holds what was not written. */
  isDirty: boolean;
  /** What is there now, where somebody else has written it while the view held unwritten text. */
  theirs?: ReadText | "removed";
  /** Why it could not be written. */
  problem?: string;
  isSaving?: boolean;
}

/** A text with the version of the file it was; without one, there is no such file yet. */
export interface ReadText {
  text: string;
  version?: string;
}

/** Where the view is to go. */
export interface Reveal {
  path: string;
  range?: EditorPlace["range"];
}

export interface EditorState {
  files: readonly OpenFile[];
  /** The file that is shown. */
  current?: string;
  reveal?: Reveal;
  /** Why a file could not be opened. */
  problem?: string;
}

const CHANGED = "TERMINAL_FILE_CHANGED";

/** The files of a session's home that one page has open, and what was read and written of them. */
export class OpenFiles {
  readonly #session: string;
  readonly #listeners = new Set<() => void>();
  /** What the view holds of each file, asked for when it is written. */
  readonly #held = new Map<string, () => string>();
  #state: EditorState = { files: [] };

  constructor(session: string) {
    this.#session = session;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): EditorState => this.#state;

  hold(path: string, text: () => string): void {
    this.#held.set(path, text);
  }

  /** Looks again at every open file. */
  async lookAtAll(): Promise<void> {
    // A file that cannot be looked at just now is looked at the next time.
    await Promise.all(this.#state.files.map(({ path }) => this.look(path).catch(() => undefined)));
  }

  /** Shows a file, at a place where one is given; one that is open is looked at again. */
  async open(place: EditorPlace): Promise<void> {
    const path = place.file;
    const { problem: _problem, ...state } = this.#state;
    this.#set(state);
    if (place.isClosed) return this.close(path);
    try {
      if (this.#file(path)) await this.look(path);
      else await this.#read(path);
      this.#set({
        ...this.#state,
        current: path,
        reveal: { path, ...(place.range && { range: place.range }) },
      });
    } catch (error) {
      this.#set({ ...this.#state, problem: messageOf(error) });
    }
  }

  /** Begins a file that is not there yet; it is made at once, so that a name that cannot be is told before anything is typed. */
  async create(path: string): Promise<void> {
    try {
      const version = await homeApi.write(this.#session, path, { content: "", version: undefined });
      this.#put({ path, read: { text: "", version }, isDirty: false });
      const { problem: _problem, ...state } = this.#state;
      this.#set({ ...state, current: path, reveal: { path } });
    } catch (error) {
      if (error instanceof ApiError && error.code === CHANGED) return this.open({ file: path });
      this.#set({ ...this.#state, problem: messageOf(error) });
    }
  }

  close(path: string): void {
    const { current, problem: _problem, ...state } = this.#state;
    const files = state.files.filter((file) => file.path !== path);
    this.#held.delete(path);
    const next = current === path ? files.at(-1)?.path : current;
    this.#set({ ...state, files, ...(next !== undefined && { current: next }) });
  }

  show(path: string): void {
    const { problem: _problem, ...state } = this.#state;
    this.#set({ ...state, current: path, reveal: { path } });
    void this.look(path).catch(() => undefined);
  }

  isDirty(path: string): boolean {
    return this.#file(path)?.isDirty ?? false;
  }

  noteDirty(path: string, isDirty: boolean): void {
    const file = this.#file(path);
    if (file && file.isDirty !== isDirty) this.#put({ ...file, isDirty });
  }

  /** Takes over what somebody else has written; where the view holds unwritten text, that is told and nothing is taken over. */
  async look(path: string): Promise<void> {
    const file = this.#file(path);
    if (!file || file.isSaving) return;
    const found = await this.#readNow(path, file.read.version);
    const now = this.#file(path);
    if (found === "same" || !now || now.read !== file.read || now.isSaving) return;
    if (now.isDirty || found === "removed") this.#put({ ...now, theirs: found });
    else this.#put({ ...withoutTheirs(now), read: found });
  }

  /** Writes what the view holds over what was read; what somebody else has written meanwhile stays, and is asked about. */
  async save(path: string): Promise<void> {
    const file = this.#file(path);
    const text = this.#held.get(path)?.();
    if (!file || text === undefined || file.isSaving) return;
    const { problem: _problem, ...saving } = file;
    this.#put({ ...saving, isSaving: true });
    const settle = (change: Partial<OpenFile>): void => {
      const { isSaving: _saving, ...now } = this.#file(path) ?? file;
      this.#put({ ...now, ...change });
    };
    try {
      const version = await homeApi.write(this.#session, path, { content: text, version: file.read.version });
      // What was typed while it was written is not.
      settle({ read: { text, version }, isDirty: this.#held.get(path)?.() !== text });
    } catch (error) {
      settle({ problem: messageOf(error) });
      if (!(error instanceof ApiError) || error.code !== CHANGED) return;
      const { problem: _told, ...now } = this.#file(path) ?? file;
      this.#put({ ...now, isDirty: true });
      await this.look(path).catch((cause: unknown) => settle({ problem: messageOf(cause) }));
    }
  }

  /** Answers the question whose text counts: what the view holds is then written over the other. */
  async keepMine(path: string): Promise<void> {
    const file = this.#file(path);
    if (!file?.theirs) return;
    const version = file.theirs === "removed" ? undefined : file.theirs.version;
    const read = { text: file.read.text, ...(version !== undefined && { version }) };
    this.#put({ ...withoutTheirs(file), read, isDirty: true });
    await this.save(path);
  }

  /** Answers the question whose text counts: the view shows what is there. */
  takeTheirs(path: string): void {
    const file = this.#file(path);
    if (!file?.theirs) return;
    if (file.theirs === "removed") this.close(path);
    else this.#put({ ...withoutTheirs(file), read: file.theirs, isDirty: false });
  }

  async #read(path: string): Promise<void> {
    const read = await this.#readNow(path, undefined, { isRefused: true });
    if (typeof read === "object" && !this.#file(path)) this.#put({ path, read, isDirty: false });
  }

  async #readNow(
    path: string,
    known: string | undefined,
    { isRefused = false } = {},
  ): Promise<ReadText | "same" | "removed"> {
    try {
      const found = await homeApi.read(this.#session, path, known);
      return found === undefined ? "same" : { text: textOf(path, found.bytes), version: found.version };
    } catch (error) {
      if (!isRefused && error instanceof ApiError && error.message.includes("it is not there"))
        return "removed";
      throw error;
    }
  }

  #file(path: string): OpenFile | undefined {
    return this.#state.files.find((file) => file.path === path);
  }

  #put(file: OpenFile): void {
    const isOpen = this.#file(file.path) !== undefined;
    const files = isOpen
      ? this.#state.files.map((other) => (other.path === file.path ? file : other))
      : [...this.#state.files, file];
    this.#set({ ...this.#state, files });
  }

  #set(state: EditorState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function withoutTheirs({ theirs: _theirs, problem: _problem, ...file }: OpenFile): OpenFile {
  return file;
}

function textOf(path: string, bytes: Uint8Array): string {
  const refuse = (): never => {
    throw new Error(`${path} is no text, and cannot be edited here.`);
  };
  if (bytes.includes(0)) return refuse();
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
