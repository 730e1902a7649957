/** The least and the most that something may be: a size, or a cost. */
export interface CostRange {
  readonly min: number;
  readonly max: number;
}

/** What Kubernetes cannot count beyond, and so takes for no bound at all. */
const MOST = 2 ** 64;

/** A size that nothing is known of. */
export const UNKNOWN: CostRange = { min: 0, max: MOST };

/** A range of one number. */
export function exactly(count: number): CostRange {
  return { min: count, max: count };
}

/** The sum of all of them. */
export function sumOf(...ranges: readonly CostRange[]): CostRange {
  return ranges.reduce(
    (sum, { min, max }) => ({ min: Math.min(MOST, sum.min + min), max: Math.min(MOST, sum.max + max) }),
    exactly(0),
  );
}

/** The product of two. */
export function productOf(one: CostRange, other: CostRange): CostRange {
  return { min: Math.min(MOST, one.min * other.min), max: Math.min(MOST, one.max * other.max) };
}

/** So much for each, in whole numbers. */
export function scaled({ min, max }: CostRange, factor: number): CostRange {
  return { min: Math.min(MOST, Math.ceil(min * factor)), max: Math.min(MOST, Math.ceil(max * factor)) };
}

/** The range that both are in. */
export function unionOf(one: CostRange, other: CostRange): CostRange {
  return { min: Math.min(one.min, other.min), max: Math.max(one.max, other.max) };
}
