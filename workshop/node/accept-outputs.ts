import { access, constants, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { acceptedLines } from "../common/expected-output.js";
import type { Lab } from "../common/lab.js";
import { OUTPUT_WORD } from "../common/output-word.js";
import { isUnreadable } from "./page-file.js";
import { whyNotWritten } from "./lab-folder.js";
import { readRegularFile } from "./regular-file.js";
import { ANYBODY_WRITES, type Replacement, putInPlace, writeBeside } from "./replace-file.js";
import type { ValidatedStep } from "./validation-report.js";

/** An expected output of a page that was written anew. */
export interface WrittenOutput {
  /** Relative to the lab's folder. */
  file: string;
  /** Of its fence, from 1, as the file was before. */
  line: number;
  /** How many lines it has now, and how many of them it had not. */
  lines: number;
  newLines: number;
}

/** The files of a lab's pages as they were when it was read, so that nothing is written over what somebody has changed since. */
export class PagesAsRead {
  readonly #lab: Lab;
  readonly #files: ReadonlyMap<string, Buffer>;

  private constructor(lab: Lab, files: ReadonlyMap<string, Buffer>) {
    this.#lab = lab;
    this.#files = files;
  }

  static async of(lab: Lab): Promise<PagesAsRead> {
    const files = new Map<string, Buffer>();
    for (const { file } of lab.pages.filter((page) => !isUnreadable(page)))
      files.set(file, (await readRegularFile(join(lab.source.folder, file))).content);
    return new PagesAsRead(lab, files);
  }

  /**
   * Writes what came in place of what was expected, and leaves every other byte of the pages as it is. All of it is looked at before
   * the first file is written. Throws LAB_NOT_UPDATED where a page was changed meanwhile or cannot be written.
   */
  async accept(steps: readonly ValidatedStep[]): Promise<WrittenOutput[]> {
    const written: WrittenOutput[] = [];
    const pages: WrittenPage[] = [];
    for (const file of new Set(steps.flatMap((step) => (step.accepted ? [step.file] : [])))) {
      const { path, content } = await this.#writable(file);
      const lines = fileLines(content, file);
      const ofFile = steps.filter((step) => step.accepted && step.file === file);
      // From below, so that the lines above stay where they are.
      for (const step of ofFile.toSorted((one, other) => lineOf(other) - lineOf(one)))
        written.push(rewrite(lines, step));
      pages.push({ file, path, text: lines.join("\n") });
    }
    await putAllInPlace(pages);
    return written.toSorted((one, other) => one.file.localeCompare(other.file) || one.line - other.line);
  }

  async #writable(file: string): Promise<{ path: string; content: Buffer }> {
    try {
      const path = await realpath(join(this.#lab.source.folder, file));
      const { content, mode } = await readRegularFile(path);
      if (this.#files.get(file)?.equals(content) !== true)
        throw refused(file, "was changed while the lab was replayed", "Validate again");
      // Root may write everything; the author has said that nobody should.
      if ((mode & ANYBODY_WRITES) === 0) throw refused(file, "is read-only", "Make it writable");
      await access(path, constants.W_OK);
      return { path, content };
    } catch (error) {
      if (error instanceof WorkshopError) throw error;
      throw unwritten(file, error);
    }
  }
}

interface WrittenPage extends Pick<WrittenOutput, "file"> {
  path: string;
  text: string;
}

function lineOf({ accepted }: ValidatedStep): number {
  return accepted?.expected.line ?? 0;
}

/** Without their line feeds; a carriage return stays at the end of its line. */
function fileLines(content: Buffer, file: string): string[] {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content).split("\n");
  } catch (error) {
    throw refused(file, "is not UTF-8", "Save it as UTF-8", error);
  }
}

/** What stands before the marks of a fence: blanks, quote marks, or the mark of a list item. */
const BEFORE_MARKS = String.raw`(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*`;
const OPENING = new RegExp(
  String.raw`^(?<before>${BEFORE_MARKS})(?<marks>\x60{3,}|~{3,})[ \t]*${OUTPUT_WORD}[ \t]*\r?$`,
);
/** What would look as if it ended the fence, or as if that had been forgotten. */
const FENCE_MARKS = new RegExp(String.raw`^(${BEFORE_MARKS})(?:\x60{3,}|~{3,})`);

function rewrite(lines: string[], { file, accepted }: ValidatedStep): WrittenOutput {
  if (!accepted) throw new Error("nothing was accepted");
  const { expected, output, names } = accepted;
  if (file.endsWith(".adoc"))
    throw refused(`${file}:${expected.line}`, "is AsciiDoc, in which none can be", "Write it there yourself");
  const opening = lines[expected.line - 1] ?? "";
  const { before, marks } = OPENING.exec(opening)?.groups ?? {};
  const end = expected.closing - 1;
  if (before === undefined || marks === undefined || end < expected.line || !closes(lines[end] ?? "", marks))
    throw refused(
      `${file}:${expected.line}`,
      "has no expected output that can be written there",
      `Write it as a fence of ${OUTPUT_WORD} on lines of its own`,
    );
  const old = lines.slice(expected.line, end);
  // What a tag of a template makes has other lines than its source.
  const isLineByLine = expected.text.split("\n").length - 1 === old.length;
  const eol = opening.endsWith("\r") ? "\r" : "";
  const indent = before.replaceAll(/[^\s>]/g, " ");
  const next = acceptedLines(expected, output);
  const text = next.map(({ text: line, from }) =>
    from !== undefined && isLineByLine
      ? (old[from] ?? "")
      : `${`${indent}${asSource(line, names)}`.trimEnd()}${eol}`,
  );
  lines.splice(expected.line, old.length, ...text);
  return {
    file,
    line: expected.line,
    lines: next.length,
    newLines: next.filter(({ from }) => from === undefined).length,
  };
}

function closes(line: string, marks: string): boolean {
  const found = /^[\s>]*(`{3,}|~{3,})\s*$/.exec(line)?.[1];
  return found !== undefined && found[0] === marks[0] && found.length >= marks.length;
}

/** A line of an output as a page has to write it: names of the session by their variables, and nothing that means something to a page. */
function asSource(line: string, names: readonly { value: string; written: string }[]): string {
  const plain = line.replaceAll(/\{[{%]/g, "...").replace(FENCE_MARKS, "$1...");
  return names.reduce((text, { value, written }) => text.replaceAll(value, () => written), plain);
}

/** All of them or none, each at once and never half-written: whatever may fail for want of room is done beside them first. */
async function putAllInPlace(pages: readonly WrittenPage[]): Promise<void> {
  const written: (Replacement & Pick<WrittenPage, "file">)[] = [];
  try {
    for (const { file, path, text } of pages)
      written.push({ file, ...(await writeBeside(path, text).catch(throwUnwritten(file))) });
    for (const page of written) await putInPlace(page).catch(throwUnwritten(page.file));
  } catch (error) {
    for (const { beside } of written) await rm(beside, { force: true });
    throw error;
  }
}

function throwUnwritten(page: string): (error: unknown) => never {
  return (error) => {
    throw unwritten(page, error);
  };
}

function unwritten(page: string, error: unknown): WorkshopError {
  if ((error as NodeJS.ErrnoException).code === "ENOENT")
    return refused(page, "is there no more", "Validate again", error);
  return refused(page, `cannot be written: ${whyNotWritten(error)}`, "See that it can", error);
}

function refused(place: string, why: string, todo: string, cause?: unknown): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.labNotUpdated,
    `No expected output was written: ${place} ${why}. ${todo}`,
    { cause },
  );
}
