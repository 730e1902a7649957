import { createHash } from "node:crypto";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { EditorPlace, TextPosition } from "../common/api.js";
import { EditProblem, type TextRange } from "../common/editor/edit-problem.js";
import { type EditedText, editText, selectText } from "../common/editor/edit-text.js";
import type { EditorEdit } from "../common/editor/editor-edit.js";
import { MAX_EDITED_BYTES } from "../common/editor/file-limits.js";
import { lineAt, lineStarts } from "../common/editor/text-lines.js";
import { WorkshopError } from "../common/errors.js";

type Host = Pick<SessionHost, "read" | "replace" | "exec">;

/** What became of an edit: what the editor is to show, or why it was not done, as a sentence. */
export type EditOutcome = { isDone: true; place: EditorPlace } | { isDone: false; why: string };

/** A shell that writes the same file at the same moment is rare; one that does so for ever is told. */
const ATTEMPTS = 3;

/**
 * Does in the home of a session what a block of the editor says, as the learner. What the home has in its way is an outcome; throws
 * what else the session host throws.
 */
export async function editHome(host: Host, session: string, edit: EditorEdit): Promise<EditOutcome> {
  try {
    return { isDone: true, place: await new HomeEdit(host, session).do(edit) };
  } catch (error) {
    if (error instanceof EditProblem || error instanceof WorkshopError)
      return { isDone: false, why: `${subjectOf(edit)}: ${error.message}.` };
    if (isHostError(error, "TERMINAL_FILE_UNUSABLE") || isHostError(error, "TERMINAL_FILE_CHANGED"))
      return { isDone: false, why: error.message };
    throw error;
  }
}

class HomeEdit {
  readonly #host: Host;
  readonly #session: string;

  constructor(host: Host, session: string) {
    this.#host = host;
    this.#session = session;
  }

  async do(edit: EditorEdit): Promise<EditorPlace> {
    switch (edit.does) {
      case "open": {
        const text = await this.#text(edit.file);
        const line = Math.min(edit.line, Math.max(1, lineStarts(text).length));
        return { file: edit.file, range: { from: { line, column: 1 }, to: { line, column: 1 } } };
      }
      case "select": {
        const text = await this.#text(edit.file);
        return { file: edit.file, range: positions(text, selectText(text, edit.selection)) };
      }
      case "change":
        return this.#write(edit.file, edit.makesFile ?? false, (text) => editText(text, edit.change));
      case "create":
        return this.#write(edit.file, true, () => ({ text: edit.text }));
      case "close":
        return { file: edit.file, isClosed: true };
      default:
        return this.#onDisk(edit);
    }
  }

  async #onDisk(
    edit: Extract<EditorEdit, { does: "create-directory" | "copy" | "rename" | "delete" }>,
  ): Promise<EditorPlace> {
    switch (edit.does) {
      case "create-directory":
        await this.#run(["mkdir", "-p", "--", `./${edit.directory}`]);
        return { file: edit.directory, isClosed: true };
      case "delete":
        await this.#run(["rm", "-r", "--", `./${edit.file}`]);
        return { file: edit.file, isClosed: true };
      case "copy":
        await this.#run(["cp", "-rT", "--", `./${edit.from}`, `./${edit.to}`]);
        return edit.opens ? { file: edit.to } : { file: edit.to, isClosed: true };
      case "rename":
        await this.#run(["mv", "-T", "--", `./${edit.from}`, `./${edit.to}`]);
        return edit.opens ? { file: edit.to } : { file: edit.from, isClosed: true };
    }
  }

  /** Writes what is made of the text that is there; where a shell was faster, it is made of what the shell has written. */
  async #write(file: string, makesFile: boolean, make: (text: string) => EditedText): Promise<EditorPlace> {
    for (let attempt = 1; ; attempt++) {
      const bytes = await this.#bytes(file, makesFile);
      const { text, range } = make(bytes === undefined ? "" : textOf(bytes));
      const version = bytes && createHash("sha256").update(bytes).digest("hex");
      try {
        await this.#host.replace(this.#session, {
          path: file,
          content: text,
          ...(version !== undefined && { version }),
        });
        return { file, ...(range && { range: positions(text, range) }) };
      } catch (error) {
        if (attempt >= ATTEMPTS || !isHostError(error, "TERMINAL_FILE_CHANGED")) throw error;
      }
    }
  }

  async #text(file: string): Promise<string> {
    return textOf(await this.#host.read(this.#session, file, MAX_EDITED_BYTES));
  }

  async #bytes(file: string, mayBeMissing: boolean): Promise<Uint8Array | undefined> {
    try {
      return await this.#host.read(this.#session, file, MAX_EDITED_BYTES);
    } catch (error) {
      if (
        mayBeMissing &&
        isHostError(error, "TERMINAL_FILE_UNUSABLE") &&
        error.message.includes("it is not there")
      )
        return undefined;
      throw error;
    }
  }

  async #run(argv: string[]): Promise<void> {
    const { exitStatus, stderr, killed } = await this.#host.exec(this.#session, { argv });
    if (exitStatus === 0) return;
    const said = Buffer.from(stderr).toString("utf8").trim().split("\n").at(-1);
    throw new EditProblem(said || `${argv[0] ?? ""} ended by ${killed ?? String(exitStatus)}`);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EditProblem("it is no text in UTF-8");
  }
}

function positions(text: string, { from, to }: TextRange): NonNullable<EditorPlace["range"]> {
  const starts = lineStarts(text);
  const position = (offset: number): TextPosition => {
    const line = lineAt(starts, offset);
    const isBehindAll = offset === text.length && text.endsWith("\n");
    if (isBehindAll) return { line: starts.length + 1, column: 1 };
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
  return { from: position(from), to: position(to) };
}

function subjectOf(edit: EditorEdit): string {
  switch (edit.does) {
    case "open":
    case "select":
      return `${edit.file} cannot be shown`;
    case "copy":
    case "rename":
      return `${edit.from} cannot become ${edit.to}`;
    case "create-directory":
      return `The folder ${edit.directory} cannot be made`;
    default:
      return `${edit.file} cannot be changed`;
  }
}

/** The host's errors are told by their codes: how a session's side is reached is another room's affair. */
function isHostError(error: unknown, code: string): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}
