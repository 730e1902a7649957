import type { TestProject } from "vitest/node";
import { provideChromium } from "./chromium.js";
import { providePackage } from "./debian-packages.js";
import { provideKubectl } from "./kubectl.js";
import { findPostgres, findProgram } from "./programs.js";
import { useOwnTemporaryFolder } from "./temporary-folder.js";
import { MISSING, type Missing } from "./without.js";

/**
 * Finds or gets what the suites need of the machine before any of them starts. What cannot be had is said in one line each, with
 * what it leaves out; the suites read it by `isWithout`, and on CI `test/requirements/machine.test.ts` fails for it. Returns what ends the run.
 */
export async function setup({ tmpDir }: TestProject): Promise<(() => void) | undefined> {
  if (process.env[MISSING] !== undefined) return undefined;
  const leave = useOwnTemporaryFolder([tmpDir]);
  const missing: Missing = {};
  const note = (tool: keyof Missing, leftOut: string, why: string | undefined): void => {
    if (why === undefined) return;
    process.stderr.write(`left out: ${leftOut} (${why})\n`);
    missing[tool] = why;
  };
  note("kubectl", "the kubectl, labs and browser tests", await provideKubectl());
  note("chromium", "the browser tests", await provideChromium());
  note("zsh", "the outcomes of commands in zsh", await providePackage("zsh", () => findProgram("zsh")));
  note("bwrap", "what bubblewrap adds", await providePackage("bubblewrap", () => findProgram("bwrap")));
  note(
    "busybox",
    "containers in sandboxes",
    await providePackage("busybox-static", () => findProgram("busybox")),
  );
  note("postgres", "what several servers share", await providePackage("postgresql", findPostgres));
  note("caddy", "Lectern behind Caddy", await providePackage("caddy", () => findProgram("caddy")));
  note(
    "systemd-analyze",
    "what systemd says of the unit",
    await providePackage("systemd", () => findProgram("systemd-analyze")),
  );
  note(
    "docker-registry",
    "labs in images",
    await providePackage("docker-registry", () => findProgram("docker-registry")),
  );
  note("buildah", "a lab's image as buildah pushes it", await provideBuildah());
  process.env[MISSING] = JSON.stringify(missing);
  return leave;
}

/** Without root it needs ranges of accounts that a machine has to have been given. */
async function provideBuildah(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "buildah is only started as root";
  return providePackage("buildah", () => findProgram("buildah"));
}
