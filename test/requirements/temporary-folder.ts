import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Folder in the temporary one for programs of the run's own; it goes with the run. */
const PROGRAMS = "programs";

/** What Chromium, not a test, leaves where it is ended while it starts. */
const CHROMIUM = /^\.?org\.chromium\./;

/** Where the run may put programs that learners' accounts must reach. */
export function programsFolder(): string {
  const folder = join(tmpdir(), PROGRAMS);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/**
 * Gives this run and every process it starts a temporary folder of their own, which learners' accounts may enter. The returned
 * function removes it, and throws with the names of what was left in it: tests and the product clean up after themselves.
 */
export function useOwnTemporaryFolder(): () => void {
  const around = process.env["TMPDIR"];
  const folder = mkdtempSync(join(tmpdir(), "lectern-"));
  chmodSync(folder, 0o711);
  process.env["TMPDIR"] = folder;
  // What tsx compiles for the processes of a test would be left in it.
  process.env["TSX_DISABLE_CACHE"] = "1";
  return () => {
    if (around === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = around;
    const left = readdirSync(folder).filter((name) => name !== PROGRAMS && !CHROMIUM.test(name));
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`The tests left ${left.length} things in the temporary folder: ${left.join(", ")}`);
  };
}
