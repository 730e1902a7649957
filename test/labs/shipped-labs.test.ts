import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import { lintLab } from "../../workshop/node/lint-lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { terminalReport } from "../../workshop/node/reporters/terminal.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { KUBERNETES_BASICS, needsContainers } from "./kubernetes-basics.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const content = fileURLToPath(new URL("../../content", import.meta.url));
const labs = readdirSync(content, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const images = fileURLToPath(new URL("../../images", import.meta.url));

describe.each(labs)("the shipped lab %s", (name) => {
  it("has no errors in its text", async () => {
    const lab = await loadLab(`${content}/${name}`, { imageFolders: [images] });
    expect(lintLab(lab).filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("on a cluster that simulates pods", () => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await startTestPlatform();
  });

  afterAll(() => platform.close());

  it("the lab first-steps does what its pages say", async () => {
    await passes(await loadLab(`${content}/first-steps`));
  });

  // `test/whole-labs/kubernetes-basics.test.ts` has all of them.
  it("the lab kubernetes-basics does what the pages say that need no containers", async () => {
    const lab = await loadLab(KUBERNETES_BASICS);
    const pages = lab.pages.filter(({ title }) => !needsContainers(title));
    expect(pages).toHaveLength(lab.pages.length - 5);
    await passes({ ...lab, pages });
  });

  async function passes(lab: Lab): Promise<void> {
    const report = await validateLab(lab, { ...platform, policies: platform.policies.service });
    expect(report.outcome, terminalReport(report)).toBe("passed");
  }
});
