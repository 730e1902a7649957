import { sorted } from "./call-cost.js";
import type { Entries, Part } from "./cost-part.js";
import { scalarPart, sizeOf } from "./cost-part.js";
import type { CostRange } from "./cost-range.js";
import { exactly, productOf, sumOf, UNKNOWN, unionOf } from "./cost-range.js";
import { listOf, mapOf, optionalOf } from "./sized-type.js";

const FREE = exactly(0);
const ONE = exactly(1);
const NEW_LIST = exactly(10);

/** `has` a value, then made of it in a list's place, or none. */
export function optionalStep(name: string, of: Part, step: Part): Part {
  const asked = sumOf(ONE, of.cost);
  const made = sumOf(NEW_LIST, asked, step.cost, name === "optMap" ? ONE : FREE);
  const type = name === "optMap" ? optionalOf(step.type) : step.type;
  return { cost: sumOf(asked, unionOf(made, ONE)), type, path: [], size: UNKNOWN };
}

/** Of a loop: what it goes over, an item of that, and what is asked or made of each. */
export interface Loop {
  range: Part;
  item: Part;
  last: Part;
  condition?: Part | undefined;
}

/** What is in the list that a loop makes of such parts. */
function gathered(part: Part): Entries {
  return { kind: "list", key: ONE, value: { min: 0, max: sizeOf(part).max } };
}

/** What it takes to put one more into the list that a loop makes. */
function added({ cost }: Part): CostRange {
  return sumOf(exactly(12), cost);
}

/** What a macro is written out as. Source: google/cel-go, parser/macro.go and ext/comprehensions.go. */
export function loopPart(name: string, { range, item, last, condition }: Loop): Part | undefined {
  const count = sizeOf(range);
  const loop = (each: CostRange, around: CostRange): CostRange =>
    sumOf(range.cost, around, productOf(count, each));
  /** Where a condition is asked of each first. */
  const asked = (step: CostRange): CostRange =>
    condition === undefined ? step : sumOf(condition.cost, unionOf(step, ONE));
  switch (name) {
    case "all":
    case "exists": {
      const step = { min: 1, max: sumOf(ONE, last.cost).max };
      return scalarPart(loop(sumOf(step, exactly(name === "all" ? 2 : 3)), ONE));
    }
    case "exists_one":
    case "existsOne":
      return scalarPart(loop(sumOf(last.cost, { min: 1, max: 2 }), exactly(2)));
    case "filter": {
      const step = sumOf(last.cost, unionOf(added(item), ONE));
      const type = listOf(item.type);
      return { cost: loop(step, exactly(11)), type, path: [], size: count, entries: gathered(item) };
    }
    case "map":
    case "transformList": {
      const cost = loop(asked(added(last)), exactly(11));
      return { cost, type: listOf(last.type), path: [], size: count, entries: gathered(last) };
    }
    case "transformMap":
    case "transformMapEntry": {
      const step = sumOf(last.cost, exactly(name === "transformMap" ? 3 : 2));
      const type = name === "transformMap" ? mapOf(last.type) : last.type;
      return { cost: loop(asked(step), exactly(31)), type, path: [], size: count };
    }
    case "sortBy": {
      const keys = sumOf(ONE, exactly(11), productOf(count, added(last)));
      const order = sorted({ ...range, path: [] }, last.type);
      const cost = sumOf(NEW_LIST, range.cost, ONE, order.cost, keys);
      return { cost, type: range.type, path: [], size: order.size };
    }
    default:
      return undefined;
  }
}
