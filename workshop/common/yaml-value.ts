import {
  type Alias,
  type CST,
  Composer,
  type Document,
  type DocumentOptions,
  LineCounter,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type ParseOptions, Parser, type SchemaOptions } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq } from "yaml";
import { WrittenScalars } from "./written-scalars.js";
import { yamlErrorText } from "./yaml-error-text.js";

/** A value read from YAML, with what an author may not have meant. */
export interface YamlValue {
  value: unknown;
  /** What was read in another way than it looks; lines from 1 within the text. */
  surprises: { line: number; key: string; what: string; fix: string }[];
  /** The line of the key at the path, or of what it is missing from. */
  lineOf: (path: readonly PropertyKey[]) => number | undefined;
  /** What stands behind that key of the outermost map, before it or an item of it is taken for a number or a truth value. */
  writtenAs: (key: string) => unknown;
}

/** What cannot be read as YAML, with its line, from 1 within the text. */
export class YamlProblem extends Error {
  override readonly name = "YamlProblem";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** 256 KiB: a lab's own YAML is some kilobytes. */
export const MAX_YAML_CHARACTERS = 256 * 1024;
/** Deeper than any manifest of Kubernetes. */
const MAX_DEPTH = 64;
const TOO_DEEP = `it is nested more than ${MAX_DEPTH} deep`;

/** Reads YAML 1.2, with merge keys and without tags of its own and keys that are no words; what aliases add is bounded by `limit` too. Throws `YamlProblem`. */
export function readYaml(text: string, limit = MAX_YAML_CHARACTERS): YamlValue {
  if (text.length > limit)
    throw new YamlProblem(`it has ${text.length} characters; at most ${limit} are read`, 1);
  const { documents, lineAt } = composeYaml(text);
  const [document, second] = documents;
  if (second) throw new YamlProblem("it holds several documents; one is read", lineAt(second.range[0]));
  if (!document) throw new YamlProblem("it is empty", 1);
  const [error] = document.errors;
  if (error) throw new YamlProblem(yamlErrorText(error), lineAt(error.pos[0]));
  const [warning] = document.warnings;
  if (warning) throw new YamlProblem(tagText(text.slice(...warning.pos)), lineAt(warning.pos[0]));
  const reader = new YamlReader(lineAt, limit);
  const value = reader.read(document.contents, "");
  return {
    value,
    surprises: [...reader.surprises],
    lineOf: (path) => lineOfPath(document, path, lineAt),
    writtenAs: (key) => reader.written.behind(Object(value) as object, key),
  };
}

/** The documents of a stream, each with the line of the stream on which it begins, from 1. */
export function splitDocuments(text: string): { text: string; firstLine: number }[] {
  const documents: { text: string; firstLine: number }[] = [];
  let firstLine = 1;
  for (const document of text.split(/^---(?:[ \t][^\n]*)?$/m)) {
    if (/^[ \t]*[^\s#]/m.test(document)) documents.push({ text: document, firstLine });
    firstLine += document.split("\n").length - 1;
  }
  return documents;
}

/** The documents of a text, of whose errors the first is the first of the text, and the lines of its offsets. */
export interface ComposedYaml {
  documents: Document.Parsed[];
  lineAt: (offset: number) => number;
}

/**
 * The documents of the text, at least one. Parsing goes on level by level, composing calls itself for each level: a text that is nested
 * without end is refused before that. What follows the first token that is none is left out, errors are not drawn with their line, and
 * keys are not compared: for each of these the library takes time with the square of the text.
 */
export function composeYaml(
  text: string,
  options: ParseOptions & DocumentOptions & SchemaOptions = {},
): ComposedYaml {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  refuseDepth(tokens, lineAt);
  const wrong = tokens.findIndex(({ type }) => type === "error");
  const read = wrong < 0 ? tokens : tokens.slice(0, wrong + 1);
  const composer = new Composer({ ...options, prettyErrors: false, uniqueKeys: false });
  return { documents: [...composer.compose(read, true, text.length)], lineAt };
}

function refuseDepth(tokens: readonly CST.Token[], lineAt: (offset: number) => number): void {
  const waiting = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) throw new YamlProblem(TOO_DEEP, lineAt("offset" in token ? token.offset : 0));
    for (const part of partsOf(token)) waiting.push({ token: part, depth: depth + 1 });
  }
}

function partsOf(token: CST.Token): CST.Token[] {
  if (token.type === "document") return token.value ? [token.value] : [];
  if (!("items" in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].flatMap((part) => part ?? []));
}

interface Entry {
  value: unknown;
  /** What it was read from, where that is a number or a truth value. */
  written: string | undefined;
}

interface Anchored extends Entry {
  offset: number;
}

function heightOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((most, part) => Math.max(most, heightOf(part) + 1), 1);
}

class YamlReader {
  readonly written = new WrittenScalars();
  readonly surprises = new Set<YamlValue["surprises"][number]>();
  readonly #lineAt: (offset: number) => number;
  readonly #limit: number;
  readonly #anchors = new Map<string, Anchored>();
  /** Values that an alias may yet show to be named on purpose, by their offset. */
  readonly #named = new Map<number, YamlValue["surprises"][number]>();
  #added = 0;

  constructor(lineAt: (offset: number) => number, limit: number) {
    this.#lineAt = lineAt;
    this.#limit = limit;
  }

  read(node: unknown, key: string, depth = 0): unknown {
    if (!isNode(node)) return node ?? null;
    if (isAlias(node)) return this.#alias(node, depth);
    // An alias within the value, or behind one that failed, must not find an older value of that name.
    if (node.anchor) this.#anchors.delete(node.anchor);
    const value = this.#value(node, key, depth);
    if (node.anchor)
      this.#anchors.set(node.anchor, { value, written: this.#writtenAs(node), offset: node.range?.[0] ?? 0 });
    return value;
  }

  #value(node: Node, key: string, depth: number): unknown {
    if (node.tag === "!") throw this.#problem(node, tagText("!"));
    if (isScalar(node)) return this.#scalar(node, key);
    if (isSeq(node)) return this.#list(node, key, depth);
    if (!isMap(node)) throw this.#problem(node, "it is neither a value nor a list nor a map");
    return this.#map(node, depth);
  }

  #list(node: YAMLSeq, key: string, depth: number): unknown[] {
    const entries = node.items.map((item) => this.#entry(item, key, depth));
    const items = entries.map(({ value }) => value);
    this.written.set(items, entries.entries());
    return items;
  }

  #map(node: YAMLMap, depth: number): object {
    const merged: [string, Entry][] = [];
    const entries = new Map<string, Entry>();
    for (const pair of node.items) {
      const name = this.#key(pair.key, node);
      if (name === "<<" && isScalar(pair.key) && pair.key.type === "PLAIN") {
        for (const entry of this.#merge(pair.value, node, depth)) merged.push(entry);
        continue;
      }
      if (entries.has(name)) throw this.#problem(pair.key, `the key "${name}" stands there twice`);
      entries.set(name, this.#entry(pair.value, name, depth));
    }
    const all = new Map([...merged.toReversed(), ...entries]);
    const map = Object.fromEntries([...all].map(([name, { value }]) => [name, value]));
    this.written.set(map, all);
    return map;
  }

  #entry(node: unknown, key: string, depth: number): Entry {
    const value = this.read(node, key, depth + 1);
    return { value, written: this.#writtenAs(node) };
  }

  /** What a number or a truth value was read from, by a name as well. */
  #writtenAs(node: unknown): string | undefined {
    if (isAlias(node)) return this.#anchors.get(node.source)?.written;
    if (!isScalar(node) || (typeof node.value !== "number" && typeof node.value !== "boolean"))
      return undefined;
    return node.source;
  }

  /** The entries that a merge key brings, of which the first of a name counts. */
  #merge(node: unknown, map: Node, depth: number): [string, Entry][] {
    const value = this.read(node, "<<", depth);
    return (Array.isArray(value) ? value : [value]).flatMap((part: unknown) => {
      if (typeof part === "object" && part !== null && !Array.isArray(part))
        return Object.entries(part).map(([name, one]: [string, unknown]) => [
          name,
          { value: one, written: this.written.of(part, name) },
        ]);
      throw this.#problem(node ?? map, 'behind "<<" stands a map, or a list of maps');
    });
  }

  #alias(node: Alias, depth: number): unknown {
    const anchored = this.#anchors.get(node.source);
    if (!anchored)
      throw this.#problem(
        node,
        `*${node.source} is read as an alias, and no value above it is named &${node.source}; name one, or put the whole value in quotes`,
      );
    const { value, offset } = anchored;
    if (depth + heightOf(value) > MAX_DEPTH) throw this.#problem(node, TOO_DEEP);
    this.#added += JSON.stringify(value).length;
    if (this.#added > this.#limit)
      throw this.#problem(
        node,
        `with *${node.source} its aliases add ${this.#added} characters; at most ${this.#limit} are read`,
      );
    const meant = this.#named.get(offset);
    if (meant) this.surprises.delete(meant);
    return value;
  }

  #key(key: unknown, map: Node): string {
    if (isScalar(key) && key.value !== null && typeof key.value !== "object")
      return key.source ?? JSON.stringify(key.value);
    throw this.#problem(isNode(key) ? key : map, "a key must be a word, not a list or a map");
  }

  #scalar(node: Scalar, key: string): unknown {
    if (node.type === "PLAIN" && node.anchor) {
      const offset = node.range?.[0] ?? 0;
      const surprise = {
        line: this.#lineAt(offset),
        key,
        what: `"${key}" begins behind "&${node.anchor}", which YAML reads as the name of the value`,
        fix: "Put the whole value in quotes, or write it behind a | on lines of its own",
      };
      this.surprises.add(surprise);
      this.#named.set(offset, surprise);
    }
    if (node.type === "PLAIN" && node.comment && typeof node.value === "string")
      this.surprises.add({
        line: this.#lineAt(node.range?.[0] ?? 0),
        key,
        what: `"${key}" ends at " #": YAML reads "#${node.comment}" as a comment`,
        fix: "Put the whole value in quotes, or write it behind a | on lines of its own",
      });
    return node.value;
  }

  #problem(node: unknown, message: string): YamlProblem {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    return new YamlProblem(message, this.#lineAt(offset));
  }
}

function tagText(tag: string): string {
  return `"${tag}" is read as a tag of YAML and not as text; put the whole value in quotes, or write it behind a | on lines of its own`;
}

function lineOfPath(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  lineAt: (offset: number) => number,
): number | undefined {
  let node: unknown = document.contents;
  let line = isNode(node) && node.range ? lineAt(node.range[0]) : undefined;
  for (const part of path) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      : undefined;
    node = pair ? pair.value : isSeq(node) ? node.items[Number(part)] : undefined;
    const place = pair?.key ?? node;
    if (!isNode(place)) return line;
    if (place.range) line = lineAt(place.range[0]);
  }
  return line;
}
