import type { ASTNode } from "@marcbachmann/cel-js";
import { callCost, operatorCost, resultType } from "./call-cost.js";
import type { Part } from "./cost-part.js";
import { entriesOf, scalarPart, sizeAt, sizeOf, sizeOfType } from "./cost-part.js";
import type { CostRange } from "./cost-range.js";
import { exactly, sumOf, unionOf } from "./cost-range.js";
import { loopPart, optionalStep } from "./loop-cost.js";
import {
  ANYTHING,
  BYTES,
  listOf,
  mapOf,
  OPAQUE,
  optionalOf,
  SCALAR,
  type SizedType,
  TEXT,
} from "./sized-type.js";

const FREE = exactly(0);
const ONE = exactly(1);
const NEW_LIST = exactly(10);
const NEW_MAP = exactly(30);
/** Constants whose methods are functions. */
const NAMESPACES = new Set(["optional", "lists", "sets", "ip", "format", "strings", "semver"]);

/** What a name stands for within a loop. */
interface Local {
  type: SizedType;
  path: readonly string[];
  size?: CostRange | undefined;
}

type Locals = ReadonlyMap<string, Local>;

/**
 * The most that an expression may take by what is known of its variables, in the units of Kubernetes. `variables` are by name;
 * all paths are taken to begin at a variable of the type `root`. Source: google/cel-go, checker/cost.go.
 */
export function expressionCost(
  ast: ASTNode,
  { root, variables }: { root: SizedType; variables: Readonly<Record<string, SizedType>> },
): number {
  return new Estimate(root, variables).part(ast, new Map()).cost.max;
}

class Estimate {
  readonly #root: SizedType;
  readonly #variables: Readonly<Record<string, SizedType>>;

  constructor(root: SizedType, variables: Readonly<Record<string, SizedType>>) {
    this.#root = root;
    this.#variables = variables;
  }

  part(node: ASTNode, locals: Locals): Part {
    switch (node.op) {
      case ".":
      case ".?":
        return this.#field(node.args, node.op === ".?", locals);
      case "[]":
      case "[?]":
        return this.#item(node.args, node.op === "[?]", locals);
      case "call":
        return this.#call(node.args[0], node.args[1], locals);
      case "rcall":
        return this.#method(node.args, locals);
      case "?:":
        return this.#choice(node.args, locals);
      case "||":
      case "&&":
        return this.#logic(node.args, locals);
      default:
        return this.#plain(node, locals);
    }
  }

  #plain(node: ASTNode, locals: Locals): Part {
    switch (node.op) {
      case "value":
        return literalPart(node.args);
      case "id":
        return this.#name(node.args, locals);
      case "list":
        return this.#list(node.args, locals);
      case "map":
        return this.#map(node.args, locals);
      case "!_":
      case "-_":
        return this.#sign(node.args, locals);
      default:
        return this.#operator(node.op, node.args as [ASTNode, ASTNode], locals);
    }
  }

  /** The second may not be asked for. */
  #logic([left, right]: readonly [ASTNode, ASTNode], locals: Locals): Part {
    const { cost } = this.part(left, locals);
    return scalarPart({ min: cost.min, max: sumOf(cost, this.part(right, locals).cost).max });
  }

  /** With the size it has by its path or type, where none is known otherwise. */
  #sized(part: Part, local?: Local): Part {
    const size = part.size ?? sizeAt(this.#root, part.path) ?? sizeOfType(part.type) ?? local?.size;
    return { ...part, size };
  }

  #name(name: string, locals: Locals): Part {
    const local = locals.get(name);
    if (local !== undefined) return this.#sized({ cost: ONE, type: local.type, path: local.path }, local);
    const known = Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
    return this.#sized({ cost: ONE, type: known ?? ANYTHING, path: [name] });
  }

  #field([operand, name]: [ASTNode, string], isOptional: boolean, locals: Locals): Part {
    const of = this.part(operand, locals);
    const owner = of.type.kind === "optional" ? (of.type.element ?? ANYTHING) : of.type;
    const field = owner.fields?.get(name) ?? (owner.kind === "map" ? owner.element : undefined) ?? ANYTHING;
    const isWithin = isOptional || of.type.kind === "optional";
    const type = isWithin ? optionalOf(field) : field;
    if (isOptional) return this.#sized({ cost: sumOf(ONE, of.cost), type, path: [] });
    const isFound = of.type.kind === "object" || of.type.kind === "map";
    return this.#sized({ cost: isFound ? sumOf(of.cost, ONE) : of.cost, type, path: [...of.path, name] });
  }

  #item([operand, index]: [ASTNode, ASTNode], isOptional: boolean, locals: Locals): Part {
    const [of, by] = [this.part(operand, locals), this.part(index, locals)];
    const cost = sumOf(ONE, of.cost, by.cost);
    const isWithin = isOptional || of.type.kind === "optional";
    const owner = of.type.kind === "optional" ? of.type.element : of.type;
    const element = owner?.element ?? ANYTHING;
    if (isWithin) return this.#sized({ cost, type: optionalOf(element), path: [] });
    const step = of.type.kind === "list" ? "@items" : "@values";
    return this.#sized({ cost, type: element, path: [...of.path, step], size: of.entries?.value });
  }

  #list(nodes: readonly ASTNode[], locals: Locals): Part {
    const items = nodes.map((item) => this.part(item, locals));
    const cost = sumOf(NEW_LIST, ...items.map((item) => item.cost));
    const value = items.length === 0 ? FREE : items.map(sizeOf).reduce(unionOf);
    return {
      cost,
      type: listOf(items[0]?.type ?? ANYTHING),
      path: [],
      size: exactly(items.length),
      entries: { kind: "list", key: ONE, value },
    };
  }

  #map(nodes: readonly (readonly [ASTNode, ASTNode])[], locals: Locals): Part {
    const keys = nodes.map(([key]) => this.part(key, locals));
    const values = nodes.map(([, value]) => this.part(value, locals));
    const cost = sumOf(NEW_MAP, ...[...keys, ...values].map((part) => part.cost));
    const [key, value] = [keys, values].map((parts) =>
      parts.length === 0 ? FREE : parts.map(sizeOf).reduce(unionOf),
    ) as [CostRange, CostRange];
    return {
      cost,
      type: mapOf(values[0]?.type ?? ANYTHING),
      path: [],
      size: exactly(nodes.length),
      entries: { kind: "map", key, value },
    };
  }

  #sign(operand: ASTNode, locals: Locals): Part {
    const { cost, literal } = this.part(operand, locals);
    // A number with a sign is one literal there.
    if (typeof literal === "bigint") return { ...scalarPart(FREE), literal: -literal };
    return typeof literal === "number" ? scalarPart(FREE) : scalarPart(sumOf(ONE, cost));
  }

  #choice([condition, ...branches]: [ASTNode, ASTNode, ASTNode], locals: Locals): Part {
    const { cost } = this.part(condition, locals);
    const [yes, no] = branches.map((branch) => this.part(branch, locals)) as [Part, Part];
    return {
      cost: sumOf(cost, unionOf(yes.cost, no.cost)),
      type: yes.type.kind === "dyn" ? no.type : yes.type,
      path: [],
      size: unionOf(sizeOf(yes), sizeOf(no)),
      entries: entriesOf(yes, no),
    };
  }

  #operator(operator: string, [left, right]: readonly [ASTNode, ASTNode], locals: Locals): Part {
    const [one, other] = [this.part(left, locals), this.part(right, locals)];
    const { cost, size } = operatorCost(operator, one, other);
    const whole = sumOf(cost, one.cost, other.cost);
    if (operator !== "+") return scalarPart(whole);
    const type = one.type.kind === "dyn" ? other.type : one.type;
    return this.#sized({ cost: whole, type, path: [], size, entries: entriesOf(one, other) });
  }

  #call(name: string, nodes: readonly ASTNode[], locals: Locals, before = ""): Part {
    const [first] = nodes;
    if (name === "has" && first !== undefined && (first.op === "." || first.op === ".?"))
      return scalarPart(this.part(first.args[0], locals).cost);
    const args = nodes.map((arg) => this.part(arg, locals));
    if (name === "dyn" && args[0] !== undefined) {
      const { cost, size, entries } = args[0];
      return { cost: sumOf(ONE, cost), type: ANYTHING, path: [], size, entries };
    }
    const { cost, size } = callCost({ name: before + name, args, root: this.#root });
    const type = resultType(before + name, args[0]);
    return this.#sized({ cost: sumOf(cost, ...args.map((arg) => arg.cost)), type, path: [], size });
  }

  #method([name, receiver, nodes]: [string, ASTNode, ASTNode[]], locals: Locals): Part {
    if (receiver.op === "id" && NAMESPACES.has(receiver.args) && !locals.has(receiver.args))
      return this.#call(name, nodes, locals, `${receiver.args}.`);
    const target = this.part(receiver, locals);
    const loop = this.#loop(name, target, nodes, locals);
    if (loop !== undefined) return loop;
    const args = nodes.map((arg) => this.part(arg, locals));
    const { cost, size } = callCost({ name, target, args, root: this.#root });
    const type = name === "ip" ? OPAQUE : resultType(name, target);
    const whole = sumOf(target.cost, cost, ...args.map((arg) => arg.cost));
    return this.#sized({ cost: whole, type, path: [], size });
  }

  /** `undefined` where it is a method like others. */
  #loop(name: string, range: Part, nodes: readonly ASTNode[], locals: Locals): Part | undefined {
    const [first, second] = nodes;
    if (first?.op !== "id" || second === undefined) return undefined;
    if (name === "optMap" || name === "optFlatMap") {
      const within = withLocal(locals, first.args, { type: range.type.element ?? ANYTHING, path: [] });
      return optionalStep(name, range, this.part(second, within));
    }
    const isMade = name.startsWith("transform");
    const hasTwo = isMade || (second.op === "id" && nodes.length > 2 && name !== "map");
    const names = hasTwo ? [first.args, second.op === "id" ? second.args : ""] : [first.args];
    const within = this.#withItems(range, names, locals);
    const parts = nodes.slice(names.length).map((node) => this.part(node, within));
    const last = parts.at(-1);
    if (last === undefined) return undefined;
    const item = this.#name(first.args, within);
    return loopPart(name, { range, item, last, condition: parts.length > 1 ? parts[0] : undefined });
  }

  #withItems(range: Part, names: readonly string[], locals: Locals): Locals {
    const { kind, element = ANYTHING } = range.type;
    const isList = (range.entries?.kind ?? kind) === "list";
    const { key, value } = range.entries ?? {};
    const ofKeys: Local = {
      type: kind === "map" ? TEXT : kind === "list" ? SCALAR : ANYTHING,
      path: [...range.path, isList ? "@indices" : "@keys"],
      size: key,
    };
    const ofValues: Local = {
      type: element,
      path: [...range.path, isList ? "@items" : "@values"],
      size: value,
    };
    const [first = "", second] = names;
    if (second === undefined) return withLocal(locals, first, isList ? ofValues : ofKeys);
    return withLocal(withLocal(locals, first, ofKeys), second, ofValues);
  }
}

function withLocal(locals: Locals, name: string, local: Local): Locals {
  return new Map([...locals, [name, local]]);
}

function literalPart(literal: unknown): Part {
  const part = { cost: FREE, path: [], literal };
  if (typeof literal === "string") return { ...part, type: TEXT, size: exactly(Array.from(literal).length) };
  if (literal instanceof Uint8Array) return { ...part, type: BYTES, size: exactly(literal.length) };
  return { ...part, type: literal === null ? ANYTHING : SCALAR, size: exactly(1) };
}
