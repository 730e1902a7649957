import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { processesOf } from "./lectern-process.js";

/** A folder below this one that validations keep their data in, so that a test sees what is left of it. */
export function makeScratch(folder: string): string {
  const scratch = join(folder, "scratch");
  mkdirSync(scratch, { mode: 0o711 });
  return scratch;
}

/** Fails where validations that kept their data there have left processes or folders behind. */
export function expectNothingLeft(scratch: string): void {
  expect(processesOf(scratch)).toEqual([]);
  const left = readdirSync(scratch, { recursive: true, encoding: "utf8" });
  expect(left.filter((name) => name.includes("lectern-validate"))).toEqual([]);
}

/** Writes a lab of one page whose blocks run these commands, and gives its file. */
export function writeCommandLab(folder: string, name: string, ...commands: string[]): string {
  const file = join(folder, `${name}.md`);
  writeFileSync(file, pageOf(`${name.charAt(0).toUpperCase()}${name.slice(1)}`, commands));
  return file;
}

/** A page whose blocks run these commands. */
export function pageOf(title: string, commands: readonly string[]): string {
  const blocks = commands.map((command) => `\`\`\`execute-1\n${command}\n\`\`\`\n`);
  return [`# ${title}\n`, ...blocks].join("\n");
}
