import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli, startLectern, temporaryFolder } from "../server/lectern-process.js";
import { provideCurrentNode } from "./provide-node.js";

const folder = temporaryFolder();
const node = join(folder.path, "node");

// Learners' accounts may not enter root's cache folder, and `tmc` runs on this Node in their shells.
beforeAll(async () => copyFileSync(await provideCurrentNode(), node));
afterAll(() => folder.remove());

it("is a newer line than the one the other suites run on", () => {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" });
  expect(Number(/^v(\d+)\./.exec(version)?.[1])).toBeGreaterThan(20);
});

it("starts the product and ends it", async () => {
  const lectern = await startLectern(join(folder.path, "data"), [], { node });
  try {
    expect((await fetch(new URL("readyz", lectern.url))).status).toBe(200);
    expect(lectern.output()).not.toContain("DeprecationWarning");
  } finally {
    await lectern.stop();
  }
});

it("runs a lab that ships", async () => {
  const env = { PATH: `${folder.path}:${process.env["PATH"] ?? ""}` };
  const { status, output } = await runCli(["validate", "content/first-steps"], env, { node });
  expect([status, output]).toEqual([0, expect.stringMatching(/passed in /)]);
  expect(output).not.toContain("DeprecationWarning");
});
