import { type RemovedApi, type SpecKey, removedApi } from "./removed-apis.js";

/** An object in a manifest that Kubernetes no longer takes as it is written. */
export interface OldObject {
  kind: string;
  removed: RemovedApi;
  /** Line of its `apiVersion` in the text, from 0. */
  line: number;
  /** Where the version itself stands in that line. */
  column: number;
  /** How deep the keys of the object stand. */
  depth: number;
  /** First and last line of what the object is written in. */
  from: number;
  to: number;
}

const API_VERSION = /^([\s-]{0,200})["']?apiVersion["']?:[ \t]{0,20}["']?([a-z0-9./-]{1,100})["']?/;
const KIND = /^["']?kind["']?:[ \t]{0,20}["']?([A-Za-z]{1,100})/;
/** The head of an object and its kind are rarely more than a few lines apart; bounded, so that each line is looked at a few times at most. */
const MAX_LINES_BETWEEN = 60;

/**
 * The objects of a text of YAML (or of JSON, a key to a line) whose version is gone. The text is read line by line and need not be valid:
 * manifests of labs are templates as well.
 */
export function oldObjects(text: string): OldObject[] {
  if (!text.includes("apiVersion")) return [];
  const lines = text.split("\n");
  return lines.flatMap((line, at): OldObject[] => {
    const [whole = "", before = "", apiVersion = ""] = API_VERSION.exec(line) ?? [];
    if (apiVersion === "" || !apiVersion.includes("/") || isOneOfTwo(lines, at)) return [];
    const place = kindOf(lines, at, before.length);
    const removed = place && removedApi(apiVersion, place.kind);
    if (!removed) return [];
    const column = whole.indexOf(apiVersion, before.length);
    return [
      { kind: place.kind, removed, line: at, column, depth: before.length, from: place.from, to: place.to },
    ];
  });
}

/** The branch of a template that is for old clusters, and what a difference takes away: there the new version stands beside it. */
function isOneOfTwo(lines: readonly string[], at: number): boolean {
  const around = [lines[at - 1] ?? "", lines[at + 1] ?? ""];
  return around.some((line) =>
    /^\s{0,200}(?:\{\{-?\s{0,9}(?:if|else|end)\b|[+]\s{0,200}["']?apiVersion)/.test(line),
  );
}

/** The kind beside an `apiVersion`: at the same depth, within the same object. */
function kindOf(
  lines: readonly string[],
  at: number,
  depth: number,
): { kind: string; from: number; to: number } | undefined {
  const to = endOf(lines, at, depth);
  const near = lines.slice(at + 1, Math.min(to, at + MAX_LINES_BETWEEN) + 1);
  const below = near.map((line) => kindIn(line, depth)).find((kind) => kind !== undefined);
  return below === undefined ? kindAbove(lines, at, depth, to) : { kind: below, from: at, to };
}

/** The last line of what began at that depth. */
function endOf(lines: readonly string[], at: number, depth: number): number {
  for (let next = at + 1; next < lines.length && next - at <= MAX_OBJECT_LINES; next++) {
    const line = lines[next] ?? "";
    // The next object of a text that is no valid YAML.
    if (!isInside(line, depth) || API_VERSION.exec(line)?.[1]?.length === depth) return next - 1;
  }
  return Math.min(lines.length - 1, at + MAX_OBJECT_LINES);
}

function kindAbove(
  lines: readonly string[],
  at: number,
  depth: number,
  to: number,
): { kind: string; from: number; to: number } | undefined {
  for (let from = at - 1; from >= 0 && at - from <= MAX_LINES_BETWEEN; from--) {
    const line = lines[from] ?? "";
    const kind = kindIn(line, depth);
    if (kind !== undefined) return { kind, from, to };
    if (!isInside(line, depth)) return undefined;
  }
  return undefined;
}

/** Of an object that is read to its end. */
const MAX_OBJECT_LINES = 2000;

function kindIn(line: string, depth: number): string | undefined {
  return KIND.exec(line.replace(/^[\s-]{0,200}/, (before) => (before.length === depth ? "" : before)))?.[1];
}

/** Whether the line still belongs to what began at that depth. */
function isInside(line: string, depth: number): boolean {
  const text = line.trimStart();
  if (text === "" || text.startsWith("#")) return true;
  if (text.startsWith("---")) return false;
  const indent = line.length - text.length;
  return indent >= depth && !(text.startsWith("- ") && indent + 2 === depth);
}

/** Whether a line says of which version an object is. */
export function isVersionLine(line: string): boolean {
  return API_VERSION.test(line);
}

/** Whether only the version has to be written anew, in the lines of the text. */
export function isSameShape(lines: readonly string[], old: OldObject): boolean {
  const { now, differs, needs = [] } = old.removed;
  if (now === undefined || differs !== undefined) return false;
  if (needs.length === 0) return true;
  const keys = specKeys(lines, old);
  return needs.every((key) => keys.has(key));
}

/** The keys right below `spec` of the object. */
function specKeys(lines: readonly string[], { from, to, depth }: OldObject): Set<string> {
  const keys = new Set<string>();
  let isInSpec = false;
  let below: number | undefined;
  for (const line of lines.slice(from, to + 1)) {
    const text = line.trimStart();
    if (text === "" || text.startsWith("#")) continue;
    const indent = line.length - text.length;
    const key = /^["']?([A-Za-z]{1,60})["']?:/.exec(text)?.[1];
    if (indent <= depth) isInSpec = key === "spec" && indent === depth;
    else if (isInSpec && indent === (below ??= indent) && key !== undefined) keys.add(key);
  }
  return keys;
}

const NEEDED: Readonly<Record<SpecKey, string>> = {
  selector: "spec.selector is needed, with the labels of the template",
  updateStrategy: "without spec.updateStrategy a change replaces the pods at once (type OnDelete keeps them)",
};

/** What is wrong with the object, and what to write instead, as sentences. */
export function oldObjectWords({ kind, removed }: Pick<OldObject, "kind" | "removed">): {
  message: string;
  fix: string;
} {
  const { apiVersion, since, now, differs, needs } = removed;
  const instead = now === undefined ? undefined : `apiVersion: ${now}`;
  const also = needs === undefined ? differs : needs.map((key) => NEEDED[key]).join("; ");
  return {
    message: `${kind} of ${apiVersion} is gone since Kubernetes ${since}, and no cluster of today takes it`,
    fix: [instead && `Write ${instead}`, also]
      .filter((part) => part !== undefined)
      .join("; ")
      .replace(/^./, (first) => first.toUpperCase()),
  };
}
