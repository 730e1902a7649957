import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The line of Node that the product's image uses, newer than the oldest one it admits. */
const MAJOR = 24;
const INSTALL_DEADLINE_MS = 5 * 60_000;

/**
 * Absolute path of a Node of the current line; fetches npm's `node` package into the user's cache where it is not there yet. Rejects
 * with what npm said where it cannot be had.
 */
export async function provideCurrentNode(): Promise<string> {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "lectern", `node-${String(MAJOR)}`);
  const program = join(folder, "node_modules/node/bin/node");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "allowScripts": { "node": true } }\n');
  const args = ["install", "--no-save", "--no-audit", "--no-fund", `node@${String(MAJOR)}`];
  await promisify(execFile)("npm", args, { cwd: folder, timeout: INSTALL_DEADLINE_MS });
  return program;
}
