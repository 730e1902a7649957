import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes more than forty seconds of a whole run, the longest first. */
export const LONGEST: readonly string[] = [
  "test/labs/corpus.test.ts",
  "test/policy/policy.test.ts",
  "test/server/workshops.test.ts",
  "test/server/validate.test.ts",
  "test/labs/validate.test.ts",
  "test/labs/kubernetes-view.test.ts",
  "test/containers/sandboxed-pods.test.ts",
  "terminal/node/shell-games.test.ts",
  "cluster/streaming/kubectl.test.ts",
  "test/server/lti.test.ts",
  "test/labs/validate-steps.test.ts",
  "test/labs/kept-sessions.test.ts",
  "test/containers/ingress-objects.test.ts",
];

/** Begins with the files that take longest, also where no run before has measured them: one of them begun last would run alone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.indexOf(relative(this.ctx.config.root, moduleId));
      return at === -1 ? LONGEST.length : at;
    };
    return sorted.toSorted((one, other) => groupOf(one) - groupOf(other) || place(one) - place(other));
  }
}

function groupOf({ project }: TestSpecification): number {
  return project.config.sequence.groupOrder;
}
