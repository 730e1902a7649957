import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { integrateShell } from "./shell-integration.js";

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("skipping the owner of start-up files: only root can give files to another account");

it.skipIf(!isRoot)("the learner may read the start-up file but put nothing beside it", () => {
  const folder = mkdtempSync(join(tmpdir(), "shell-integration-"));
  try {
    const own = join(folder, "own");
    const { argv } = integrateShell(own, undefined, { uid: 61_302, gid: 61_302 });
    expect(statSync(argv[3] ?? "").uid).toBe(61_302);
    expect(statSync(argv[3] ?? "").mode & 0o777).toBe(0o600);
    // Root removes the folder while the learner's shell runs: in a folder of the learner's a link could lead it astray.
    expect(statSync(own).uid).toBe(0);
    expect(statSync(own).mode & 0o022).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
