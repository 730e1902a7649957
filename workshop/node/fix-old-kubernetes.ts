import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { oldKubectl } from "../common/kubernetes-age/old-kubectl.js";
import { isSameShape, oldObjects } from "../common/kubernetes-age/old-objects.js";
import type { Lab } from "../common/lab.js";
import { isReallyWithin } from "./lab-path.js";
import { OLD_KUBERNETES_RULE } from "./lint-old-kubernetes.js";

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
 * Writes anew what of the lab is old and has the same meaning in today's words: versions of objects whose shape is the same, and the `--`
 * of `kubectl exec`. Only files are looked at in which lint has found something; they keep everything else.
 */
export async function fixOldKubernetes({ problems, source }: Lab): Promise<FixedLine[]> {
  const found = problems.filter(({ rule }) => rule === OLD_KUBERNETES_RULE).map(({ file }) => file);
  const fixed: FixedLine[] = [];
  for (const file of new Set(found)) {
    const path = join(source.folder, file);
    if (!(await isReallyWithin(source.folder, path))) continue;
    const text = await readFile(path, "utf8");
    // What is not UTF-8 would be lost.
    if (text.includes("\uFFFD")) continue;
    const lines = text.split("\n");
    const changes = [...versionChanges(text, lines), ...dashChanges(lines)];
    if (changes.length === 0) continue;
    for (const { line, after } of changes) lines[line] = after;
    await writeFile(path, lines.join("\n"));
    fixed.push(...changes.map(({ line, before, after }) => ({ file, line: line + 1, before, after })));
  }
  return fixed;
}

interface Change {
  /** From 0. */
  line: number;
  before: string;
  after: string;
}

function versionChanges(text: string, lines: readonly string[]): Change[] {
  return oldObjects(text).flatMap((old) => {
    const { line, column, removed } = old;
    const before = lines[line] ?? "";
    if (!isSameShape(text, old) || removed.now === undefined) return [];
    const rest = before.slice(column + removed.apiVersion.length);
    return [{ line, before, after: before.slice(0, column) + removed.now + rest }];
  });
}

/** A command stands in a line of its own, behind the key of a block, or between the marks of inline code. */
const COMMAND = /(?:^|[\s`"'])(kubectl\s[^`]{0,2000})/;

function dashChanges(lines: readonly string[]): Change[] {
  return lines.flatMap((before, line) => {
    const command = before.includes(" exec ") ? COMMAND.exec(before) : null;
    const [whole = "", words = ""] = command ?? [];
    const at = oldKubectl(words).find(({ dashesAt }) => dashesAt !== undefined)?.dashesAt;
    if (command === null || at === undefined) return [];
    const cut = command.index + whole.indexOf(words) + at;
    return [{ line, before, after: `${before.slice(0, cut)}-- ${before.slice(cut)}` }];
  });
}
