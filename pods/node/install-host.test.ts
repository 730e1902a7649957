import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../dist/pods/node/install-host.js", import.meta.url));

describe("what the init container brings into a pod", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "install-host-"));
    execFileSync(process.execPath, [PROGRAM, folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const said = (program: string, ...words: string[]): string =>
    execFileSync(join(folder, "bin", program), words, { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } });

  it("has tmc with all that it loads", () => {
    expect(said("tmc", "--version")).toMatch(/\d+\.\d+\.\d+/);
    expect(said("tmc", "cluster", "namespace", "attach", "--help")).toContain("--workspace");
  });

  it("has what Node.js is linked to, for images that have nothing but the C library", () => {
    const libraries = readdirSync(join(folder, "lib"));
    expect(libraries).toEqual(expect.arrayContaining(["libgcc_s.so.1", "libstdc++.so.6"]));
    expect(said("run-node", "--print", "6 * 7")).toBe("42\n");
  });

  it("has a host with all that it loads", () => {
    const main = join(folder, "dist/terminal/node/main.js");
    const { status, stderr } = spawnSync(join(folder, "bin/node"), [main], { encoding: "utf8" });
    expect([status, stderr]).toEqual([1, expect.stringContaining("TERMINAL_USAGE")]);
  });
});
