/** One published figure: what it measures, the bound it must keep, and how it is taken. */
export interface Figure {
  name: string;
  unit: "ms" | "s" | "kB" | "MB" | "x" | "%";
  /** The measured value may not pass this. */
  bound: number;
  /** What was done to get the value, for the table. */
  method: string;
  /** Figures behind the value, known once it was measured: what peers reached in the same run. */
  detail?(): string;
  /** Takes the figure once; everything it started is gone when it resolves. */
  measure(): Promise<number>;
  /** Why the figure cannot be taken on this machine, as one sentence; absent or `undefined` where it can. */
  missing?(): string | undefined | Promise<string | undefined>;
}

/** The middle value; of an even number, the upper one of the two in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value that so much of the others, 0 to 1, does not pass. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
