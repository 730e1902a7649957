import type { ASTNode } from "@marcbachmann/cel-js";

/**
 * Prints a parsed expression as the evaluator must run it. Four things differ from what the author wrote:
 * `matches` becomes `re2Matches` (the library would use JavaScript's backtracking expressions), every loop reports the size of
 * what it walks to `__visit` (the library has no cost limit), two-variable loops and `optMap` are spelled in what the library
 * knows, and everything is in parentheses (its own printer loses some).
 */
export function executableSource(node: ASTNode): string {
  return new Printer().print(node);
}

const LOOPS = new Set(["all", "exists", "exists_one", "existsOne", "map", "filter"]);
const TWO_VARIABLE_LOOPS = new Set([
  "all",
  "exists",
  "existsOne",
  "exists_one",
  "transformList",
  "transformMap",
]);
const MAPPED_OPTIONALS = new Set(["optMap", "optFlatMap"]);

class Printer {
  #names = 0;

  print(node: ASTNode): string {
    switch (node.op) {
      case "value":
        // The author's own spelling keeps raw strings, bytes and unsigned numbers exactly as they were.
        return node.input.slice(node.start, node.end);
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
        return `[${node.args.map((item) => this.print(item)).join(", ")}]`;
      case "map":
        return `{${node.args.map(([key, value]) => `${this.print(key)}: ${this.print(value)}`).join(", ")}}`;
      case "?:":
        return `(${this.print(node.args[0])} ? ${this.print(node.args[1])} : ${this.print(node.args[2])})`;
      case "call":
        return this.#call(node.args[0], node.args[1]);
      case "rcall":
        return this.#method(node.args[0], node.args[1], node.args[2]);
      default:
        return `(${this.#operand(node.args[0], node.op)} ${node.op} ${this.print(node.args[1])})`;
    }
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
    return `${name}(${this.#list(args)})`;
  }

  #method(name: string, receiver: ASTNode, args: ASTNode[]): string {
    const [first, second] = args;
    if (name === "matches") return `${this.print(receiver)}.re2Matches(${this.#list(args)})`;
    if (first?.op !== "id" || !second) return `${this.print(receiver)}.${name}(${this.#list(args)})`;
    if (MAPPED_OPTIONALS.has(name)) return this.#mappedOptional(name, receiver, [first.args, second]);
    if (second.op === "id" && args.length > 2 && TWO_VARIABLE_LOOPS.has(name)) {
      return this.#twoVariableLoop(name, receiver, {
        key: first.args,
        value: second.args,
        rest: args.slice(2),
      });
    }
    if (!LOOPS.has(name)) return `${this.print(receiver)}.${name}(${this.#list(args)})`;
    const loop = name === "existsOne" ? "exists_one" : name;
    return `__visit(${this.print(receiver)}).${loop}(${this.#list(args)})`;
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
    const printed = loop.rest.map((part) => this.print(part));
    const result = printed.at(-1) ?? "";
    const filter = printed.length > 1 ? `.filter(${loop.key}, ${bind(printed[0] ?? "")})` : "";
    const keys = `__visit(__keys(${subject}))${filter}`;
    const body = {
      transformList: `${keys}.map(${loop.key}, ${bind(result)})`,
      transformMap: `__mapOf(${keys}.map(${loop.key}, [${loop.key}, ${bind(result)}]))`,
    }[name];
    const quantifier = name === "existsOne" ? "exists_one" : name;
    return `cel.bind(${subject}, ${this.print(receiver)}, ${body ?? `${keys}.${quantifier}(${loop.key}, ${bind(result)})`})`;
  }

  #list(nodes: ASTNode[]): string {
    return nodes.map((node) => this.print(node)).join(", ");
  }

  #fresh(): string {
    this.#names += 1;
    return `__v${this.#names}`;
  }
}

function isPath(node: ASTNode): boolean {
  if (node.op === "id") return true;
  return (node.op === "." || node.op === ".?") && isPath(node.args[0]);
}
