import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { oldKubectl } from "../common/kubernetes-age/old-kubectl.js";
import { isSameShape, oldObjects } from "../common/kubernetes-age/old-objects.js";
import { WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { type CommandText, commandTexts } from "./command-text.js";
import { isReallyWithin } from "./lab-path.js";
import { isProgramFile } from "./lint-home-files.js";
import { isFixable } from "./lint-old-kubernetes.js";
import { replaceFile } from "./replace-file.js";

/** A line of a lab that was written anew. */
export interface FixedLine {
  /** Relative to the lab's folder. */
  file: string;
  /** From 1. */
  line: number;
  before: string;
  after: string;
}

/**
 * Writes anew what lint has found to be old with the same meaning in today's words: versions of objects whose shape is the same, and the
 * `--` of `kubectl exec`. What lint said no such thing of stays as it is: text that is read, comments, and what is to fail. Files that are
 * not to be written are told of, and the others go on.
 */
export async function fixOldKubernetes(
  { problems, source }: Lab,
  onRefused: (why: string) => void = () => {},
): Promise<FixedLine[]> {
  const found = problems.filter(isFixable);
  const fixed: FixedLine[] = [];
  for (const file of new Set(found.map((problem) => problem.file))) {
    const path = join(source.folder, file);
    if (!(await isReallyWithin(source.folder, path))) continue;
    const text = await readFile(path, "utf8");
    // What is not UTF-8 would be lost.
    if (text.includes("\uFFFD")) continue;
    const places = new Set(found.filter((problem) => problem.file === file).map(({ line }) => line - 1));
    const lines = text.split("\n");
    const edits = [...versionEdits(text, lines), ...dashEdits(file, lines, places)];
    const changes = edited(
      lines,
      edits.filter(({ found: at }) => places.has(at)),
    );
    if (changes.length === 0) continue;
    for (const { line, after } of changes) lines[line] = after;
    try {
      await replaceFile(path, lines.join("\n"));
    } catch (error) {
      if (!(error instanceof WorkshopError)) throw error;
      onRefused(error.message);
      continue;
    }
    fixed.push(...changes.map(({ line, before, after }) => ({ file, line: line + 1, before, after })));
  }
  return fixed;
}

/** In place of some characters of a line, others. Lines and columns from 0. */
interface Edit {
  /** Line of what lint has found. */
  found: number;
  line: number;
  column: number;
  remove: number;
  insert: string;
}

function versionEdits(text: string, lines: readonly string[]): Edit[] {
  return oldObjects(text).flatMap((old) => {
    const { line, column, removed } = old;
    if (!isSameShape(lines, old) || removed.now === undefined) return [];
    return [{ found: line, line, column, remove: removed.apiVersion.length, insert: removed.now }];
  });
}

/** Of a program all is commands; of a page what stands in the block that begins on a line found. */
function dashEdits(file: string, lines: readonly string[], places: ReadonlySet<number>): Edit[] {
  if (isProgramFile(file)) return dashesIn({ line: 0, column: 0, text: lines.join("\n") });
  return [...places].flatMap((found) =>
    commandTexts(lines, found).flatMap((part) => dashesIn(part).map((edit) => ({ ...edit, found }))),
  );
}

function dashesIn(part: CommandText): Edit[] {
  return oldKubectl(part.text).flatMap(({ line, dashesAt }) => {
    if (dashesAt === undefined) return [];
    const inLine = dashesAt - part.text.lastIndexOf("\n", dashesAt - 1) - 1;
    const column = line === 0 ? part.column + dashesAt : inLine;
    return [{ found: line, line: part.line + line, column, remove: 0, insert: "-- " }];
  });
}

/** The lines as the edits make them, from the last edit of each to its first. */
function edited(
  lines: readonly string[],
  edits: readonly Edit[],
): { line: number; before: string; after: string }[] {
  const byLine = new Map<number, Edit[]>();
  for (const edit of edits) byLine.set(edit.line, [...(byLine.get(edit.line) ?? []), edit]);
  return [...byLine]
    .map(([line, ofLine]) => {
      const before = lines[line] ?? "";
      const after = ofLine
        .toSorted((one, other) => other.column - one.column)
        .reduce(
          (text, { column, remove, insert }) => text.slice(0, column) + insert + text.slice(column + remove),
          before,
        );
      return { line, before, after };
    })
    .toSorted((one, other) => one.line - other.line);
}
