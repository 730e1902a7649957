import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintLab } from "../../workshop/node/lint-lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { terminalReport } from "../../workshop/node/reporters/terminal.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
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

describe.each(["first-steps", "kubernetes-basics"])("the lab %s", (name) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await startTestPlatform();
  });

  afterAll(() => platform.close());

  it("does what its pages say", async () => {
    const lab = await loadLab(`${content}/${name}`);
    const report = await validateLab(lab, { ...platform, policies: platform.policies.service });
    expect(report.outcome, terminalReport(report)).toBe("passed");
  });
});
