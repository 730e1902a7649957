import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { shortage } from "./shortage.js";

let proc: string;

beforeEach(() => (proc = mkdtempSync(join(tmpdir(), "lectern-shortage-"))));
afterEach(() => rmSync(proc, { recursive: true, force: true }));

/** What the kernel would tell of a process and a machine. */
function lay({ limit = "1024", open = 40, terminals = [7, 4096] }): void {
  mkdirSync(join(proc, "self", "fd"), { recursive: true });
  mkdirSync(join(proc, "sys", "kernel", "pty"), { recursive: true });
  writeFileSync(
    join(proc, "self", "limits"),
    `Limit Soft Hard Units\nMax open files            ${limit}                 4096                 files\n`,
  );
  for (let at = 0; at < open; at += 1) writeFileSync(join(proc, "self", "fd", String(at)), "");
  for (const [at, name] of ["nr", "max"].entries())
    writeFileSync(join(proc, "sys", "kernel", "pty", name), `${String(terminals[at])}\n`);
}

it("nothing is short on this machine, nor where files are not counted", () => {
  expect(shortage()).toBeUndefined();
  lay({});
  expect(shortage(proc)).toBeUndefined();
  lay({ limit: "unlimited", open: 200 });
  expect(shortage(proc)).toBeUndefined();
});

it("nothing is short where the kernel does not tell of pseudo terminals, and files still are", () => {
  lay({});
  rmSync(join(proc, "sys"), { recursive: true });
  expect(shortage(proc)).toBeUndefined();
  lay({ limit: "50" });
  rmSync(join(proc, "sys"), { recursive: true });
  expect(shortage(proc)).toMatch(/it has 40 of 50 files open/);
});

it("files are short before the last one is open", () => {
  lay({ limit: "100", open: 69 });
  expect(shortage(proc)).toMatch(/it has 69 of 100 files open, .*ulimit -n/);
});

it("so are pseudo terminals of the machine", () => {
  lay({ terminals: [4096, 4096] });
  expect(shortage(proc)).toMatch(/4096 of 4096 pseudo terminals.*kernel\.pty\.max/);
});
