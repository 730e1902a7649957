import {
  type CST,
  Composer,
  type Document,
  type DocumentOptions,
  LineCounter,
  type Node,
  type Scalar,
} from "yaml";
import { type ParseOptions, Parser, type SchemaOptions } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq } from "yaml";

/** A value read from YAML, with what an author may not have meant. */
export interface YamlValue {
  value: unknown;
  /** What was read in another way than it looks; lines from 1 within the text. */
  surprises: { line: number; key: string; what: string; fix: string }[];
  /** The line of the key at the path, or of what it is missing from. */
  lineOf: (path: readonly PropertyKey[]) => number | undefined;
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

/** Reads YAML 1.2 without aliases, tags of its own, and keys that are no words. Throws `YamlProblem`. */
export function readYaml(text: string, limit = MAX_YAML_CHARACTERS): YamlValue {
  if (text.length > limit)
    throw new YamlProblem(`it has ${text.length} characters; at most ${limit} are read`, 1);
  const { documents, lineAt } = composeYaml(text);
  const [document, second] = documents;
  if (second) throw new YamlProblem("it holds several documents; one is read", lineAt(second.range[0]));
  if (!document) throw new YamlProblem("it is empty", 1);
  const [error] = document.errors;
  if (error) throw new YamlProblem(sentence(error.message), lineAt(error.pos[0]));
  const [warning] = document.warnings;
  if (warning) throw new YamlProblem(tagText(text.slice(...warning.pos)), lineAt(warning.pos[0]));
  const reader = new YamlReader(lineAt);
  const value = reader.read(document.contents, "");
  return { value, surprises: reader.surprises, lineOf: (path) => lineOfPath(document, path, lineAt) };
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

class YamlReader {
  readonly surprises: YamlValue["surprises"] = [];
  readonly #lineAt: (offset: number) => number;

  constructor(lineAt: (offset: number) => number) {
    this.#lineAt = lineAt;
  }

  read(node: unknown, key: string): unknown {
    if (!isNode(node)) return node ?? null;
    if (isAlias(node))
      throw this.#problem(node, `aliases (*${node.source}) are not read; write the value out`);
    if (node.tag === "!") throw this.#problem(node, tagText("!"));
    if (isScalar(node)) return this.#scalar(node, key);
    if (isSeq(node)) return node.items.map((item) => this.read(item, key));
    if (!isMap(node)) throw this.#problem(node, "it is neither a value nor a list nor a map");
    const entries = new Map<string, unknown>();
    for (const pair of node.items) {
      const name = this.#key(pair.key, node);
      if (entries.has(name)) throw this.#problem(pair.key, `the key "${name}" stands there twice`);
      entries.set(name, this.read(pair.value, name));
    }
    return Object.fromEntries(entries);
  }

  #key(key: unknown, map: Node): string {
    if (isScalar(key) && key.value !== null && typeof key.value !== "object")
      return key.source ?? JSON.stringify(key.value);
    throw this.#problem(isNode(key) ? key : map, "a key must be a word, not a list or a map");
  }

  #scalar(node: Scalar, key: string): unknown {
    if (node.type === "PLAIN" && node.anchor)
      this.surprises.push({
        line: this.#lineAt(node.range?.[0] ?? 0),
        key,
        what: `"${key}" begins behind "&${node.anchor}", which YAML reads as the name of the value`,
        fix: "Put the whole value in quotes, or write it behind a | on lines of its own",
      });
    if (node.type === "PLAIN" && node.comment && typeof node.value === "string")
      this.surprises.push({
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

function sentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
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
