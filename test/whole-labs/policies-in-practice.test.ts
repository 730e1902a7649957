import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { startCluster } from "../../cluster/start.js";
import { productRoot, runCli, temporaryFolder } from "../server/lectern-process.js";
import { describePolicyPractice } from "../labs/policies-in-practice-suite.js";

describePolicyPractice("the lab image-policies-in-practice on embedded clusters", async () => {
  const folder = temporaryFolder();
  const cluster = await startCluster({ dataDir: folder.path });
  return {
    member: cluster.kubeconfigPath,
    close: async () => {
      await cluster.close();
      folder.remove();
    },
  };
});

describe("the lab image-policies-in-practice, its commands left out one by one", () => {
  it(
    "misses each of those that find out what a policy would do",
    { timeout: 240_000 },
    async ({ expect }) => {
      const folder = temporaryFolder();
      try {
        const lab = join(folder.path, "practice");
        cpSync(join(productRoot, "content/image-policies-in-practice"), lab, { recursive: true });
        // The other pages take minutes, for what these show as well.
        const definition = join(lab, "workshop.yaml");
        const text = readFileSync(definition, "utf8");
        writeFileSync(definition, text.replace(/^pages: .*$/m, "pages: [01-find-out-first]"));
        expect(text).toMatch(/^pages: /m);
        const { status, output } = await runCli(["validate", lab, "--mutate", "--parallel", "4"]);
        expect([status, output]).toEqual([0, expect.stringContaining("7 of 7 commands are missed")]);
      } finally {
        folder.remove();
      }
    },
  );
});
