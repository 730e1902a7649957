import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { builtPrograms, type GoPrograms } from "./go-programs.js";

let folder = "";
let set: GoPrograms;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-go-programs-"));
  for (const name of ["cache", "compiled", "temporary", "modules/hello"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "modules/hello/go.mod"), "module hello\n\ngo 1.22\n");
  writeFileSync(join(folder, "modules/hello/main.go"), 'package main\n\nfunc main() { println("hello") }\n');
  set = {
    cache: "hello",
    modulesFolder: join(folder, "modules"),
    flags: [],
    programs: [{ name: "hello", module: "hello", main: "." }],
  };
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  // With nothing compiled before, Go's own runtime is compiled first, which takes long enough to be ended.
  vi.stubEnv("GOCACHE", join(folder, "compiled"));
  vi.stubEnv("TMPDIR", join(folder, "temporary"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

function kept(): string[] {
  return readdirSync(join(folder, "cache/lectern/hello"));
}

it("a build that is ended leaves nothing, neither in the cache nor in the temporary folder, and can begin anew", async () => {
  const ending = new AbortController();
  const build = builtPrograms(set, { signal: ending.signal, progress: () => undefined });
  const failed = expect(build).rejects.toThrow();
  await expect
    .poll(() => readdirSync(join(folder, "compiled")).length, { timeout: 60_000 })
    .toBeGreaterThan(0);
  ending.abort();
  await failed;
  expect(kept()).toEqual([]);
  expect(readdirSync(join(folder, "temporary"))).toEqual([]);
  const built = await builtPrograms(set, { progress: () => undefined });
  expect(readdirSync(built)).toEqual(["hello"]);
  expect(kept()).toHaveLength(1);
  expect(readdirSync(join(folder, "temporary"))).toEqual([]);
});
