import type * as yaml from "yaml";
import type { Alias, Node, Scalar, YAMLMap } from "yaml";
import { asText } from "../api/field-access.js";
import { requireDepth } from "./body-depth.js";
import { scalarValue } from "./yaml-scalar.js";
import { YamlFault } from "./yaml-fault.js";

/** The functions of the library by which nodes are told apart: it is loaded when first needed. */
export type NodeKinds = Pick<typeof yaml, "isAlias" | "isMap" | "isScalar" | "isSeq">;

/** Nodes from which those that aliases write out are weighed against those of the text, as a real server weighs them. */
const WEIGHED_FROM = { aliased: 100, nodes: 1000 };
/** Their share may be 99 of 100 in what is no larger than this, and the less the larger it is. */
const WEIGHED_NODES = { least: 400_000, most: 4_000_000 };
/** Characters that aliases may write out: no body of a request is longer. */
const MAX_ALIASED_CHARACTERS = 3 * 1024 * 1024;
const WANTS_MAP = "yaml: map merge requires map or sequence of maps as the value";

/** Reads the nodes of one document as the value a Kubernetes API server takes them for; throws `YamlFault`. */
export class YamlReader {
  /** What is wrong with the text for a strict reader. */
  readonly duplicates: string[] = [];
  readonly #targets: Map<Alias, Node>;
  readonly #kinds: NodeKinds;
  readonly #lineAt: (offset: number) => number;
  readonly #open = new Set<Alias>();
  #depth = 0;
  #nodes = 0;
  #aliased = 0;
  #aliasedCharacters = 0;

  constructor(targets: Map<Alias, Node>, kinds: NodeKinds, lineAt: (offset: number) => number) {
    this.#targets = targets;
    this.#kinds = kinds;
    this.#lineAt = lineAt;
  }

  read(node: unknown): unknown {
    this.#weigh();
    this.#depth += 1;
    requireDepth(this.#depth);
    const value = this.#valueOf(node);
    this.#depth -= 1;
    return value;
  }

  #valueOf(node: unknown): unknown {
    const { isAlias, isMap, isScalar, isSeq } = this.#kinds;
    if (isAlias(node)) return this.#readAlias(node);
    if (isMap(node)) return Object.fromEntries(this.#entries(node));
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    return isScalar(node) ? this.#readScalar(node) : null;
  }

  #readScalar(node: Scalar): unknown {
    const text = asText(node.value, "");
    if (this.#open.size > 0 && (this.#aliasedCharacters += text.length) > MAX_ALIASED_CHARACTERS)
      throw new YamlFault(`yaml: its aliases stand for more than ${MAX_ALIASED_CHARACTERS} characters`);
    const isPlain = node.type === "PLAIN" || node.type === undefined;
    const value = isPlain || node.tag !== undefined ? scalarValue(node.tag, text) : text;
    if (typeof value === "number" && !Number.isFinite(value))
      throw new YamlFault(`json: unsupported value: ${goNumber(value)}`);
    return value;
  }

  #readAlias(node: Alias): unknown {
    if (this.#open.has(node)) throw new YamlFault(`yaml: anchor '${node.source}' value contains itself`);
    this.#open.add(node);
    const value = this.read(this.#targets.get(node));
    this.#open.delete(node);
    return value;
  }

  /** In the order they are written in: what comes later counts, be it a map that is merged. */
  #entries(map: YAMLMap): Map<string, unknown> {
    const entries = new Map<string, unknown>();
    const own = new Set<string>();
    for (const { key, value } of map.items) {
      if (this.#isMerge(key)) {
        for (const [name, merged] of this.#merged(value)) entries.set(name, merged);
        continue;
      }
      const name = this.#readKey(key, value);
      if (own.has(name)) this.#tellDuplicate(name, value ?? key);
      own.add(name);
      entries.set(name, this.read(value));
    }
    return entries;
  }

  #isMerge(key: unknown): boolean {
    return this.#kinds.isScalar(key) && key.value === "<<" && (key.type === "PLAIN" || key.tag === MERGE_TAG);
  }

  #merged(value: unknown): Map<string, unknown> {
    const { isAlias, isMap, isSeq } = this.#kinds;
    this.#weigh();
    if (isMap(value)) return this.#entries(value);
    if (isAlias(value)) {
      if (!isMap(this.#targets.get(value))) throw new YamlFault(WANTS_MAP);
      return new Map(Object.entries(this.#readAlias(value) as object));
    }
    if (!isSeq(value) || value.items.some((item) => isSeq(item))) throw new YamlFault(WANTS_MAP);
    return new Map(value.items.toReversed().flatMap((item) => [...this.#merged(item)]));
  }

  #readKey(key: unknown, value: unknown): string {
    const read = this.read(key);
    if (typeof read === "object" && read !== null)
      throw new YamlFault(`yaml: invalid map key: ${goSyntax(read)}`);
    if (read === null)
      throw new YamlFault(
        `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(this.read(value))}`,
      );
    return asText(read, "");
  }

  #tellDuplicate(name: string, at: unknown): void {
    const [offset = 0] = (at as Node | undefined)?.range ?? [];
    this.duplicates.push(`line ${this.#lineAt(offset)}: key ${JSON.stringify(name)} already set in map`);
  }

  #weigh(): void {
    this.#nodes += 1;
    if (this.#open.size > 0) this.#aliased += 1;
    if (this.#aliased <= WEIGHED_FROM.aliased || this.#nodes <= WEIGHED_FROM.nodes) return;
    if (this.#aliased / this.#nodes > allowedShare(this.#nodes))
      throw new YamlFault("yaml: document contains excessive aliasing");
  }
}

const MERGE_TAG = "tag:yaml.org,2002:merge";

function allowedShare(nodes: number): number {
  const { least, most } = WEIGHED_NODES;
  const part = Math.min(1, Math.max(0, (nodes - least) / (most - least)));
  return 0.99 - 0.89 * part;
}

function goNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

/** A value as Go's `%#v` prints it. */
function goSyntax(value: unknown): string {
  if (value === null) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item)}`);
  return `map[interface {}]interface {}{${entries.join(", ")}}`;
}
