import type { Part } from "./cost-part.js";
import { sizeAt, sizeOf } from "./cost-part.js";
import type { CostRange } from "./cost-range.js";
import { exactly, productOf, scaled, sumOf, unionOf } from "./cost-range.js";
import { ANYTHING, BYTES, listOf, OPAQUE, optionalOf, SCALAR, type SizedType, TEXT } from "./sized-type.js";

/** Of a text's length, for each time it is gone through. */
const TRAVERSAL = 0.1;
/** Of a regular expression's length. */
const REGULAR_EXPRESSION = 0.25;
/** Of the longest expression of a named format. */
const FORMAT_EXPRESSION = 128;
const NEW_LIST = exactly(10);
const ONE = exactly(1);

/** What a call takes besides its arguments, and how big what it comes to is. */
export interface CallCost {
  readonly cost: CostRange;
  readonly size?: CostRange | undefined;
}

/** A call of a function, or of a method of `target`. */
export interface Call {
  readonly name: string;
  readonly target?: Part | undefined;
  readonly args: readonly Part[];
  /** The type of the variable that all paths begin at. */
  readonly root: SizedType;
}

const traversal = (part: Part, times = 1): CostRange => scaled(sizeOf(part), times * TRAVERSAL);
const list = (factor: number, size: CostRange): CallCost => ({
  cost: sumOf(scaled(size, factor), ONE, NEW_LIST),
  size,
});

type Rule = (call: { target: Part; args: readonly Part[]; root: SizedType }) => CallCost;

/** Of functions: the first argument is gone through so often. */
const through = (times: number): Rule => {
  return ({ args: [first] }) => ({ cost: first === undefined ? ONE : traversal(first, times) });
};
/** Of methods: what they are called of is gone through, and makes something of that size. */
const throughTarget: Rule = ({ target }) => ({ cost: traversal(target), size: target.size });

function expressionCost(text: Part, expression: Part | undefined): CostRange {
  const pattern = expression === undefined ? ONE : scaled(sizeOf(expression), REGULAR_EXPRESSION);
  return productOf(scaled(sumOf(sizeOf(text), ONE), TRAVERSAL), pattern);
}

/** Source: google/cel-go, checker/cost.go and ext/; kubernetes/kubernetes, apiserver/pkg/cel/library/cost.go. */
const METHODS: Record<string, Rule> = {
  ...Object.fromEntries(
    ["isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"].map((name) => [name, eachItem]),
  ),
  ...Object.fromEntries(
    ["lowerAscii", "upperAscii", "substring", "trim"].map((name) => [name, throughTarget]),
  ),
  replace: ({ target, args }) => ({ cost: traversal(target, 2), size: replacedSize(target, args) }),
  split: ({ target, args }) => ({ cost: traversal(target, 2), size: { min: 0, max: pieces(target, args) } }),
  join: joinCost,
  find: ({ target, args }) => ({
    cost: expressionCost(target, args[0]),
    size: { min: 0, max: sizeOf(target).max },
  }),
  findAll: ({ target, args }) => ({
    cost: expressionCost(target, args[0]),
    size: { min: 0, max: sizeOf(target).max },
  }),
  matches: ({ target, args }) => ({ cost: expressionCost(target, args[0]) }),
  contains: ({ target, args: [part] }) => ({
    cost: part === undefined ? ONE : productOf(traversal(target), traversal(part)),
  }),
  startsWith: through(1),
  endsWith: through(1),
  format: ({ target }) => ({ cost: traversal(target) }),
  validate: ({ args: [text] }) => ({
    cost: text === undefined ? ONE : scaled(traversal(text), FORMAT_EXPRESSION * REGULAR_EXPRESSION),
  }),
  containsIP: ({ args }) => ({ cost: sumOf(scaled({ min: 8, max: 32 }, TRAVERSAL), parsed(args[0])) }),
  containsCIDR: ({ args }) => ({
    cost: sumOf(
      scaled({ min: 8, max: 32 }, TRAVERSAL),
      scaled({ min: 4, max: 16 }, TRAVERSAL),
      ONE,
      parsed(args[0]),
    ),
  }),
  slice: ({ target, args: [start, end] }) =>
    list(1, exactly(Math.max(0, numberOf(end, sizeOf(target).max) - numberOf(start, 0)))),
  reverse: ({ target }) => (target.type.kind === "string" ? { cost: ONE } : list(1, sizeOf(target))),
  flatten: ({ target, args: [depth] }) => list(numberOf(depth, depth ? 2 ** 64 : 1), sizeOf(target)),
  distinct: ({ target }) => list(2, productOf(sizeOf(target), sizeOf(target))),
  sort: ({ target }) => sorted(target, target.type.element),
};

const FUNCTIONS: Record<string, Rule> = {
  url: ({ args: [text] }) =>
    text === undefined ? { cost: ONE } : { cost: traversal(text), size: sizeOf(text) },
  ...Object.fromEntries(
    ["ip", "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver"].map((name) => [
      name,
      through(1),
    ]),
  ),
  "ip.isCanonical": through(2),
  "strings.quote": ({ args: [text] }) =>
    text === undefined
      ? { cost: ONE }
      : {
          cost: traversal(text),
          size: { min: sizeOf(text).min + 2, max: sumOf(sizeOf(text), sizeOf(text), exactly(2)).max },
        },
  bytes: ({ args: [text] }) =>
    text === undefined || text.type.kind === "bytes"
      ? { cost: ONE }
      : {
          cost: traversal(text),
          size: { min: sizeOf(text).min, max: productOf(sizeOf(text), exactly(4)).max },
        },
  string: ({ args: [value] }) =>
    value?.type.kind === "bytes"
      ? {
          cost: traversal(value),
          size: { min: Math.floor(sizeOf(value).min / 4), max: sizeOf(value).max },
        }
      : { cost: ONE },
  "sets.contains": setCost(1),
  "sets.intersects": setCost(1),
  "sets.equivalent": setCost(2),
  "lists.range": ({ args: [count] }) => list(1, exactly(numberOf(count, 2 ** 64))),
};

/** What a call takes besides what its arguments take. */
export function callCost({ name, target, args, root }: Call): CallCost {
  const rules = target === undefined ? FUNCTIONS : METHODS;
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) return { cost: ONE };
  return rule({ target: target ?? args[0] ?? NOTHING, args, root });
}

const NOTHING: Part = { cost: exactly(0), type: ANYTHING, path: [] };

function eachItem({ target, root }: { target: Part; root: SizedType }): CallCost {
  const { element, kind } = target.type;
  if (element === undefined || kind !== "list") return { cost: traversal(target) };
  const isText = element.kind === "string" || element.kind === "bytes";
  const text = isText ? traversal({ ...target, size: itemSize(target, root) }) : exactly(0);
  return { cost: productOf(sizeOf(target), sumOf(ONE, text)) };
}

/** The size of the items of a list by the schema alone. */
function itemSize({ path }: Part, root: SizedType): CostRange | undefined {
  return path.length === 0 ? undefined : sizeAt(root, [...path, "@items"]);
}

function joinCost({ target, args: [separator], root }: Parameters<Rule>[0]): CallCost {
  const count = sizeOf(target);
  const item = itemSize(target, root);
  let size =
    target.type.element === undefined ? exactly(0) : productOf(count, sizeOf({ ...target, size: item }));
  if (separator !== undefined) {
    const between = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
    size = sumOf(size, productOf(sizeOf(separator), between));
  }
  return { cost: scaled(size, TRAVERSAL), size };
}

function pieces(target: Part, [, limit]: readonly Part[]): number {
  return typeof limit?.literal === "bigint" ? Number(limit.literal) : sizeOf(target).max;
}

function replacedSize(target: Part, [from, to]: readonly Part[]): CostRange {
  const [size, old, fresh] = [sizeOf(target), sizeOf(from ?? NOTHING), sizeOf(to ?? NOTHING)];
  const most =
    old.min === 0
      ? { count: size.max + 1, kept: size.max }
      : fresh.max <= old.min
        ? { count: 0, kept: size.max }
        : { count: Math.ceil(size.max / old.min), kept: 0 };
  const least =
    old.max === 0
      ? { count: size.min + 1, kept: size.min }
      : old.max <= fresh.min
        ? { count: 0, kept: size.min }
        : { count: Math.ceil(size.min / old.max), kept: 0 };
  return sumOf(productOf({ min: least.count, max: most.count }, fresh), { min: least.kept, max: most.kept });
}

function parsed(text: Part | undefined): CostRange {
  return text === undefined || text.type.kind === "opaque" ? exactly(0) : traversal(text);
}

/** What it takes to sort by a list of such items. */
export function sorted(by: Part, element: SizedType | undefined): CallCost {
  const isText = element?.kind === "string" || element?.kind === "bytes";
  return list(isText ? 2 + TRAVERSAL : 2, productOf(sizeOf(by), sizeOf(by)));
}

function setCost(factor: number): Rule {
  return ({ args: [one, other] }) => ({
    cost: sumOf(scaled(productOf(sizeOf(one ?? NOTHING), sizeOf(other ?? NOTHING)), factor), ONE),
  });
}

function numberOf(part: Part | undefined, otherwise: number): number {
  return typeof part?.literal === "bigint" ? Number(part.literal) : otherwise;
}

/** What an operator of two takes besides them, by what types it may be of. */
export function operatorCost(operator: string, left: Part, right: Part): CallCost {
  if (operator === "==" || operator === "!=") {
    const isWhole = [left, right].every(({ type }) => type.kind === "opaque");
    return { cost: operator === "==" && isWhole ? ONE : compared(left, right) };
  }
  const [first = { cost: ONE }, ...rest] = overloads(operator, left, right);
  return rest.reduce<CallCost>(
    (all, { cost, size }) => ({
      cost: unionOf(all.cost, cost),
      size: all.size && size ? unionOf(all.size, size) : (all.size ?? size),
    }),
    first,
  );
}

/** Of something dynamic it may be any of these. */
function overloads(operator: string, left: Part, right: Part): CallCost[] {
  if (operator === "in") {
    const { kind } = right.type;
    const ofList = kind === "list" || kind === "dyn" ? [{ cost: sizeOf(right) }] : [];
    return kind === "list" ? ofList : [...ofList, { cost: ONE }];
  }
  const may = (...kinds: readonly SizedType["kind"][]): boolean =>
    [left, right].every(({ type: { kind } }) => kind === "dyn" || kinds.includes(kind));
  const [isText, isList, isNumber] = [may("string", "bytes"), may("list"), may("scalar")];
  if (operator === "+") {
    const size = sumOf(sizeOf(left), sizeOf(right));
    return [
      ...(isText ? [{ cost: scaled(size, TRAVERSAL), size }] : []),
      ...(isList ? [{ cost: ONE, size }] : []),
      ...(isNumber ? [{ cost: ONE }] : []),
    ];
  }
  if (!/^[<>]/.test(operator)) return [];
  return [...(isText ? [{ cost: compared(left, right) }] : []), ...(isNumber ? [{ cost: ONE }] : [])];
}

function compared(left: Part, right: Part): CostRange {
  const max = Math.min(sizeOf(left).max, sizeOf(right).max);
  return scaled({ min: max > 0 ? 1 : 0, max }, TRAVERSAL);
}

const TEXTS =
  "string lowerAscii upperAscii substring trim replace join charAt find format getScheme getHostname getHost getPort getEscapedPath";
const RESULTS: Record<string, SizedType> = {
  ...Object.fromEntries(TEXTS.split(" ").map((name) => [name, TEXT])),
  "strings.quote": TEXT,
  ...Object.fromEntries(["split", "findAll"].map((name) => [name, listOf(TEXT)])),
  ...Object.fromEntries(
    "ip cidr url quantity semver masked add sub format.named".split(" ").map((name) => [name, OPAQUE]),
  ),
  "lists.range": listOf(SCALAR),
  bytes: BYTES,
  type: ANYTHING,
  dyn: ANYTHING,
  "optional.none": optionalOf(ANYTHING),
  getQuery: ANYTHING,
  value: ANYTHING,
};

/** The type of what a function or method comes to; most come to a number or a truth. */
export function resultType(name: string, of: Part | undefined): SizedType {
  const { type } = of ?? NOTHING;
  if (["sum", "max", "min", "first", "last", "value", "orValue"].includes(name)) {
    const inner = type.element ?? ANYTHING;
    return name === "first" || name === "last" ? optionalOf(inner) : inner;
  }
  if (["slice", "reverse", "distinct", "sort", "sortBy", "or"].includes(name)) return type;
  if (name === "flatten") return type.element?.kind === "list" ? type.element : type;
  if (name === "optional.of" || name === "optional.ofNonZeroValue") return optionalOf(type);
  return Object.hasOwn(RESULTS, name) ? (RESULTS[name] ?? SCALAR) : SCALAR;
}
