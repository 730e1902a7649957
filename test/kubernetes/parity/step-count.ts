/** One command of a scenario, with what varies between equal clusters replaced. */
export interface Step {
  code: number;
  text: string;
}

/** How the commands of one scenario came out on the embedded cluster, beside the real one. */
export interface StepCount {
  same: number;
  /** Other words, or another outcome. */
  differs: number;
  /** The real cluster does what the embedded one does not. */
  refused: number;
  /** What is known to differ, in a sentence. */
  difference?: string;
}

declare module "vitest" {
  interface TaskMeta {
    /** Set by scenarios that ran on both clusters. */
    parity?: StepCount;
  }
}

/** Compares step by step; one that only one cluster came to differs. */
export function countSteps(embedded: readonly Step[], real: readonly Step[]): StepCount {
  const count = { same: 0, differs: 0, refused: 0 };
  for (let i = 0; i < Math.max(embedded.length, real.length); i += 1) {
    const [ours, theirs] = [embedded[i], real[i]];
    if (ours?.text === theirs?.text) count.same += 1;
    else if (ours !== undefined && ours.code !== 0 && theirs?.code === 0) count.refused += 1;
    else count.differs += 1;
  }
  return count;
}
