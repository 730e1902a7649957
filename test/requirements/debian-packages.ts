import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "./programs.js";

const UPDATE_DEADLINE_MS = 3 * 60_000;
const INSTALL_DEADLINE_MS = 5 * 60_000;

let updated: Promise<void> | undefined;

/**
 * Makes sure that `find` finds its program: installs Debian's package where this process may. Returns what is missing and how to
 * get it, as one sentence, where it may not.
 */
export async function providePackage(
  name: string,
  find: () => string | undefined,
): Promise<string | undefined> {
  if (find() !== undefined) return undefined;
  if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined)
    return `no ${name} is on the PATH; on Debian install it with: sudo apt-get install ${name}`;
  process.stderr.write(`installing Debian's ${name} for the tests\n`);
  try {
    // A new machine has no lists of packages, or old ones that name files the mirrors no longer have.
    await (updated ??= aptGet(UPDATE_DEADLINE_MS, "update"));
    await aptGet(INSTALL_DEADLINE_MS, "install", "--yes", "--no-install-recommends", name);
  } catch (cause) {
    return `apt-get install ${name} failed: ${reasonOf(cause)}`;
  }
  return find() === undefined ? `apt-get installed ${name}, but it is not on the PATH` : undefined;
}

async function aptGet(timeout: number, ...words: string[]): Promise<void> {
  await promisify(execFile)("apt-get", words, {
    timeout,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** The last thing apt-get said, which is what went wrong. */
function reasonOf(cause: unknown): string {
  const { stderr, message } = cause as { stderr?: string; message?: string };
  return (stderr?.trim() || message || String(cause)).split("\n").at(-1) ?? "";
}
