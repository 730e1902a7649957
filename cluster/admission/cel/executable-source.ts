import type { ASTNode } from "@marcbachmann/cel-js";
import { isOptionalEntry } from "./optional-entries.js";

/**
 * Prints a parsed expression as the evaluator must run it. Four things differ from what the author wrote:
 * `matches` becomes `re2Matches` (the library would use JavaScript's backtracking expressions), every loop reports the size of
 * what it walks to `__visit`, and what is compared, joined or read inside of one to `__whole` and `__size` (the library has no cost limit), two-variable loops and `optMap` and `sortBy` are spelled in what the library
 * knows, and everything is in parentheses (its own printer loses some). Where nothing is known of types, what methods take out of a
 * list or an optional is called dynamic besides; `isTyped` leaves that to the library, which then knows the types of what is inside.
 */
export function executableSource(node: ASTNode, { isTyped = false } = {}): string {
  return new Printer(isTyped).print(node);
}

/** Constants whose methods are functions. */
const NAMESPACES = new Set([
  "optional",
  "lists",
  "sets",
  "math",
  "base64",
  "ip",
  "cidr",
  "format",
  "semver",
  "cel",
  "strings",
]);
const LOOPS = new Set(["all", "exists", "exists_one", "existsOne", "map", "filter"]);
const TWO_VARIABLE_LOOPS = new Set([
  "all",
  "exists",
  "existsOne",
  "exists_one",
  "transformList",
  "transformMap",
  "transformMapEntry",
]);
/** Methods that give back what was in their receiver: of a dynamic one the library finds no type at all, and lets nothing be done with it. */
const GIVE_BACK = new Set(["value", "first", "last", "min", "max", "slice", "sort", "distinct"]);
/** Operators that look at all there is in their operands, however deep. */
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
/** What takes the same time whatever it is asked of. */
const INSTANT = new Set(
  "bind dyn type has of ofNonZeroValue none hasValue value or orValue first last".split(" "),
);
const MAPPED_OPTIONALS = new Set(["optMap", "optFlatMap"]);

/** Methods of texts that count in characters here, and in halves of them in the library; and of its own it tells by the name. */
const OWN = new Set(["contains", "indexOf", "lastIndexOf", "substring", "split", "lowerAscii", "upperAscii"]);
/** What is asked of a time, also in a zone: the library knows no offsets. */
const TIME_FIELD =
  /^get(?:FullYear|Month|Date|DayOfMonth|DayOfWeek|DayOfYear|Hours|Minutes|Seconds|Milliseconds)$/;

class Printer {
  readonly #isTyped: boolean;
  #names = 0;
  #loops = 0;

  constructor(isTyped: boolean) {
    this.#isTyped = isTyped;
  }

  print(node: ASTNode): string {
    switch (node.op) {
      case "value":
        // The author's own spelling keeps raw strings, bytes and unsigned numbers exactly as they were.
        return bytesInUtf8(node.input.slice(node.start, node.end));
      case "id":
        return node.args;
      case "!_":
        return `(!${this.print(node.args)})`;
      case "-_":
        return `(-${this.print(node.args)})`;
      case ".":
        return `${this.print(node.args[0])}.${node.args[1]}`;
      case ".?":
        return `${this.print(node.args[0])}.?${node.args[1]}`;
      case "[]":
        return `${this.print(node.args[0])}[${this.print(node.args[1])}]`;
      case "[?]":
        return `${this.print(node.args[0])}[?${this.print(node.args[1])}]`;
      case "list":
        return this.#list(node.args);
      case "map":
        return this.#map(node.args);
      case "?:":
        return `(${this.print(node.args[0])} ? ${this.print(node.args[1])} : ${this.print(node.args[2])})`;
      case "call":
        return this.#call(node.args[0], node.args[1]);
      case "rcall":
        return this.#method(node.args[0], node.args[1], node.args[2]);
      default:
        return this.#binary(node.op, node.args);
    }
  }

  #list(items: ASTNode[]): string {
    if (!items.some(isOptionalEntry)) return `[${items.map((item) => this.print(item)).join(", ")}]`;
    const parts = items.map((item) =>
      isOptionalEntry(item) ? `__present(${this.print(item)})` : `[dyn(${this.print(item)})]`,
    );
    return `__joined([${parts.join(", ")}])`;
  }

  #map(entries: [ASTNode, ASTNode][]): string {
    if (!entries.some(([key]) => isOptionalEntry(key)))
      return `{${entries.map(([key, value]) => `${this.print(key)}: ${this.print(value)}`).join(", ")}}`;
    const parts = entries.map(([key, value]) => {
      const [name, printed] = [this.print(key), this.print(value)];
      return isOptionalEntry(key)
        ? `__present(${printed}).map(__value, [dyn(${name}), __value])`
        : `[[dyn(${name}), dyn(${printed})]]`;
    });
    return `__entries([${parts.join(", ")}])`;
  }

  #binary(operator: string, [left, right]: [ASTNode, ASTNode]): string {
    const [first, second] = [this.#operand(left, operator), this.print(right)];
    if (this.#loops === 0) return `(${first} ${operator} ${second})`;
    if (operator === "+") return `(${counted(left, first)} + ${counted(right, second)})`;
    if (!COMPARISONS.has(operator) || left.op === "value" || right.op === "value")
      return `(${first} ${operator} ${second})`;
    if (operator === "in") return `(${first} in ${right.op === "list" ? second : `__whole(${second})`})`;
    return `(__whole(${first}) ${operator} ${second})`;
  }

  /** What is inside of a loop, and so done many times. */
  #inLoop(nodes: ASTNode[]): string[] {
    this.#loops += 1;
    try {
      return nodes.map((node) => this.print(node));
    } finally {
      this.#loops -= 1;
    }
  }

  /** The arguments, counted where the function reads them to their end. */
  #read(name: string, nodes: ASTNode[]): string {
    const isFree = this.#loops === 0 || INSTANT.has(name) || name.startsWith("__");
    const print = (node: ASTNode): string => this.print(node);
    return nodes.map((node) => (isFree ? print(node) : counted(node, print(node), name))).join(", ");
  }

  /** A long chain of one logical operator stays flat: a hundred rules must not nest a hundred deep. */
  #operand(node: ASTNode, operator: string): string {
    const printed = this.print(node);
    const isChain = node.op === operator && (operator === "&&" || operator === "||");
    return isChain ? printed.slice(1, -1) : printed;
  }

  #call(name: string, args: ASTNode[]): string {
    const [first, second] = args;
    if (name === "matches" && first && second) return this.#method("matches", first, [second]);
    // The library's has() takes plain paths only.
    if (name === "has" && first?.op === "." && !isPath(first)) {
      return `__has(${this.print(first.args[0])}, ${JSON.stringify(first.args[1])})`;
    }
    return `${name}(${this.#read(name, args)})`;
  }

  #method(name: string, receiver: ASTNode, args: ASTNode[]): string {
    const [first, second] = args;
    if (name === "matches")
      return `${this.print(receiver)}.re2Matches(${args.map((node) => this.print(node)).join(", ")})`;
    if (first?.op !== "id" || !second) return this.#plainMethod(name, receiver, args);
    if (MAPPED_OPTIONALS.has(name)) return this.#mappedOptional(name, receiver, [first.args, second]);
    if (second.op === "id" && args.length > 2 && TWO_VARIABLE_LOOPS.has(name)) {
      return this.#twoVariableLoop(name, receiver, {
        key: first.args,
        value: second.args,
        rest: args.slice(2),
      });
    }
    if (name === "sortBy") {
      const [key = ""] = this.#inLoop([second]);
      return `__sortBy(__visit(${this.print(receiver)}).map(${first.args}, [${key}, ${first.args}]))`;
    }
    if (!LOOPS.has(name)) return this.#plainMethod(name, receiver, args);
    const loop = name === "existsOne" ? "exists_one" : name;
    const [variable, ...body] = [first.args, ...this.#inLoop(args.slice(1))];
    return `__visit(${this.print(receiver)}).${loop}(${[variable, ...body].join(", ")})`;
  }

  #plainMethod(name: string, receiver: ASTNode, args: ASTNode[]): string {
    if (args.length === 1 && TIME_FIELD.test(name))
      return `${this.print(receiver)}.__at(${this.#read(name, args)}).${name}()`;
    const isNamespace = receiver.op === "id" && NAMESPACES.has(receiver.args);
    const printed = OWN.has(name) && !isNamespace ? `__${name}` : name;
    const call = `${this.#receiver(name, receiver)}.${printed}(${this.#read(name, args)})`;
    return GIVE_BACK.has(name) && !this.#isTyped ? `dyn(${call})` : call;
  }

  /** A list knows its length, and the beginning and end of a text are compared with an argument alone. */
  #receiver(name: string, node: ASTNode): string {
    const printed = this.print(node);
    const isNamespace = node.op === "id" && NAMESPACES.has(node.args);
    if (this.#loops === 0 || isNamespace || INSTANT.has(name)) return printed;
    return name === "startsWith" || name === "endsWith" ? printed : counted(node, printed, name);
  }

  #mappedOptional(name: string, receiver: ASTNode, [variable, expression]: [string, ASTNode]): string {
    const optional = this.#fresh();
    const bound = `cel.bind(${variable}, ${optional}.value(), ${this.print(expression)})`;
    const mapped = name === "optMap" ? `optional.of(${bound})` : bound;
    return `cel.bind(${optional}, ${this.print(receiver)}, (${optional}.hasValue() ? ${mapped} : optional.none()))`;
  }

  #twoVariableLoop(
    name: string,
    receiver: ASTNode,
    loop: { key: string; value: string; rest: ASTNode[] },
  ): string {
    const subject = this.#fresh();
    const bind = (text: string): string => `cel.bind(${loop.value}, ${subject}[${loop.key}], ${text})`;
    const printed = this.#inLoop(loop.rest);
    const result = printed.at(-1) ?? "";
    const filter = printed.length > 1 ? `.filter(${loop.key}, ${bind(printed[0] ?? "")})` : "";
    const keys = `__visit(__keys(${subject}))${filter}`;
    const body = {
      transformList: `${keys}.map(${loop.key}, ${bind(result)})`,
      transformMapEntry: `__merged(${keys}.map(${loop.key}, ${bind(result)}))`,
      transformMap: `__mapOf(${keys}.map(${loop.key}, [${loop.key}, ${bind(result)}]))`,
    }[name];
    const quantifier = name === "existsOne" ? "exists_one" : name;
    return `cel.bind(${subject}, ${this.print(receiver)}, ${body ?? `${keys}.${quantifier}(${loop.key}, ${bind(result)})`})`;
  }

  #fresh(): string {
    this.#names += 1;
    return `__v${this.#names}`;
  }
}

/** The library makes one byte of each character of bytes, whatever it takes. */
function bytesInUtf8(literal: string): string {
  return /^[bB]["']/.test(literal) && !literal.includes("\\") && /[\u0080-\uFFFF]/.test(literal)
    ? `bytes(${literal.slice(1)})`
    : literal;
}

/** Reports the size of what the node comes to, for the function that reads it, unless it is written out; lists know how long they are. */
function counted(node: ASTNode, printed: string, reader = ""): string {
  if (node.op === "value" || node.op === "list") return printed;
  return reader === "size" ? `__text(${printed})` : `__size(${printed})`;
}

function isPath(node: ASTNode): boolean {
  if (node.op === "id") return true;
  return (node.op === "." || node.op === ".?") && isPath(node.args[0]);
}
