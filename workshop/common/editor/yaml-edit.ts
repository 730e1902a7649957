import { type Document, isMap, isScalar, isSeq, type Node } from "yaml";
import { type ComposedYaml, YamlProblem, composeYaml } from "../yaml-value.js";
import { EditProblem, type TextRange } from "./edit-problem.js";
import { yamlPath, type YamlStep } from "./yaml-path.js";

export type YamlChange =
  | { does: "set" | "add" | "merge" | "replace" | "put"; path: string; value: unknown }
  | { does: "insert"; path: string; value: unknown; index: number }
  | { does: "delete"; path: string };

/** 128 Ki characters: manifests are some kilobytes, and a text is parsed in a thread that others wait for. */
const MAX_CHARACTERS = 128 * 1024;

/** Changes a value of the first document that has the place, and leaves comments and order. Throws EditProblem. */
export function editYaml(text: string, change: YamlChange): string {
  const documents = documentsOf(text);
  const path = yamlPath(change.path);
  const document = documents.find((one) => hasPlace(one, path, change)) ?? documents[0];
  if (!document?.contents) throw new EditProblem("it holds no YAML");
  applyChange(document, resolved(document, path, change), change);
  const options = { lineWidth: 0, indentSeq: !hasFlushLists(text), flowCollectionPadding: false };
  return documents.map((one) => one.toString(options)).join("");
}

/** Where the value of the path stands, with its key where it has one. Throws EditProblem. */
export function findYaml(text: string, path: string): TextRange {
  const steps = yamlPath(path);
  for (const document of documentsOf(text)) {
    const range = rangeOf(document, steps);
    if (range) return range;
  }
  throw new EditProblem(`it has nothing at ${path}`);
}

function documentsOf(text: string): Document.Parsed[] {
  if (text.length > MAX_CHARACTERS)
    throw new EditProblem(`it has ${text.length} characters; YAML of at most ${MAX_CHARACTERS} is edited`);
  const { documents, lineAt } = composed(text);
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error) throw unreadable(error.message.split("\n", 1)[0] ?? "", lineAt(error.pos[0]));
  return documents;
}

function composed(text: string): ComposedYaml {
  try {
    return composeYaml(text, { keepSourceTokens: true });
  } catch (error) {
    if (error instanceof YamlProblem) throw unreadable(error.message, error.line);
    throw error;
  }
}

function unreadable(why: string, line: number): EditProblem {
  return new EditProblem(`its YAML cannot be read, line ${line}: ${why}`);
}

type Keys = (string | number)[];

/** The path as keys of this document: an item that is named by a value of its own has a number there. */
function keysOf(document: Document.Parsed, path: readonly YamlStep[]): Keys | undefined {
  const keys: Keys = [];
  for (const step of path) {
    if (typeof step !== "object") {
      keys.push(step);
      continue;
    }
    const list: unknown = keys.length === 0 ? document.contents : document.getIn(keys, true);
    if (!isSeq(list)) return undefined;
    const at = list.items.findIndex((item) => isMap(item) && scalarText(item.get(step.key)) === step.value);
    if (at < 0) return undefined;
    keys.push(at);
  }
  return keys;
}

function scalarText(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

function nodeAt(document: Document.Parsed, keys: Keys): unknown {
  return keys.length === 0 ? document.contents : document.getIn(keys, true);
}

/** Setting may make the last key; everything else needs what is there. */
function hasPlace(document: Document.Parsed, path: readonly YamlStep[], { does }: YamlChange): boolean {
  const keys = keysOf(document, path);
  if (keys === undefined) return false;
  const there = does === "set" ? keys.slice(0, -1) : keys;
  return nodeAt(document, there) !== undefined && nodeAt(document, there) !== null;
}

function resolved(document: Document.Parsed, path: readonly YamlStep[], change: YamlChange): Keys {
  const keys = keysOf(document, path);
  if (keys !== undefined && hasPlace(document, path, change)) return keys;
  throw new EditProblem(`it has nothing at ${change.path}`);
}

function applyChange(document: Document.Parsed, keys: Keys, change: YamlChange): void {
  const node = nodeAt(document, keys);
  switch (change.does) {
    case "set":
    case "replace":
      if (keys.length === 0) throw new EditProblem("the path names nothing");
      return setValue(document, keys, change);
    case "delete":
      document.deleteIn(keys);
      return;
    case "merge":
      return mergeInto(document, node, change);
    case "put":
      return applyChange(document, keys, { ...change, does: isSeq(node) ? "add" : "merge" });
    case "insert":
    case "add":
      if (!isSeq(node)) throw new EditProblem(`${change.path} is no list`);
      node.items.splice(
        change.does === "insert" ? change.index : node.items.length,
        0,
        document.createNode(change.value),
      );
  }
}

function setValue(document: Document.Parsed, keys: Keys, change: YamlChange & { value: unknown }): void {
  const parent = nodeAt(document, keys.slice(0, -1));
  const last = keys.at(-1);
  if (isSeq(parent) && (typeof last !== "number" || last > parent.items.length))
    throw new EditProblem(`${change.path} names no item of its list`);
  if (parent !== undefined && parent !== null && !isSeq(parent) && !isMap(parent))
    throw new EditProblem(`${change.path} lies below a value that is neither a map nor a list`);
  const old = nodeAt(document, keys);
  // Its comment and its quotes stay.
  if (isScalar(old) && (typeof change.value !== "object" || change.value === null)) old.value = change.value;
  else document.setIn(keys, document.createNode(change.value));
}

function mergeInto(
  document: Document.Parsed,
  node: unknown,
  { path, value }: YamlChange & { value: unknown },
): void {
  if (!isMap(node)) throw new EditProblem(`${path} is no map`);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new EditProblem("the value that is to be merged is no map");
  for (const [key, item] of Object.entries(value)) {
    const old = node.get(key, true);
    if (isMap(old) && typeof item === "object" && item !== null && !Array.isArray(item))
      mergeInto(document, old, { does: "merge", path: `${path}.${key}`, value: item });
    else node.set(key, document.createNode(item));
  }
}

function rangeOf(document: Document.Parsed, path: readonly YamlStep[]): TextRange | undefined {
  const keys = keysOf(document, path);
  const node = keys && (nodeAt(document, keys) as Node | null | undefined);
  if (!keys || !node?.range) return undefined;
  const parent = nodeAt(document, keys.slice(0, -1));
  const last = keys.at(-1);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
    : undefined;
  const from = isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : node.range[0];
  return { from, to: node.range[1] };
}

/** Whether lists stand no deeper than the key they belong to, as kubectl writes them. */
function hasFlushLists(text: string): boolean {
  return /^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text);
}
