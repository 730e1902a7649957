import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { loadLab } from "../../workshop/node/load-lab.js";
import { KUBERNETES_BASICS, NEEDS_THE_PODS_NETWORK } from "../labs/kubernetes-basics.js";
import { whyNoContainers } from "../containers/sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined)
  process.stdout.write(`left out: the lab kubernetes-basics where containers run (${why})\n`);

describe.skipIf(why !== undefined)("the lab kubernetes-basics", { timeout: 600_000 }, () => {
  it("passes where containers run, each page after the other in one namespace", async () => {
    expect(await validate(KUBERNETES_BASICS)).toMatch(/passed in .*\([0-9]+ passed, 0 failed, 2 skipped\)/);
  });

  // `kubernetes-basics-pages.test.ts` has the other pages do so, and `test/cluster` on a real node.
  it("misses each command of its page in the network of the pods", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lectern-basics-"));
    try {
      cpSync(KUBERNETES_BASICS, folder, { recursive: true });
      const { pages } = await loadLab(KUBERNETES_BASICS);
      const kept = pages.find(({ title }) => title === NEEDS_THE_PODS_NETWORK)?.name ?? "";
      const all = readdirSync(join(folder, "pages"));
      const others = all.filter((name) => name !== `${kept}.md`);
      expect(others).toHaveLength(all.length - 1);
      for (const name of others) rmSync(join(folder, "pages", name));
      expect(await validate(folder, "--mutate", "--parallel", "6")).toMatch(
        /\s(\d+) of \1 commands are missed when they do nothing/,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** What it prints; throws with that where it does not pass. */
async function validate(...words: string[]): Promise<string> {
  const args = ["bin/lectern.js", "validate", ...words];
  return (await promisify(execFile)(process.execPath, args, { timeout: 560_000 })).stdout;
}
