import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where Node runs; Chromium keeps the time-out of a joined signal. */
const FOLDERS = [
  "cluster",
  "containers",
  "kubernetes",
  "policy/node",
  "server",
  "terminal/node",
  "pods/node",
  "processes/node",
  "test",
  "workshop/node",
  "bench",
];

describe("deadlines in Node", () => {
  it("are never joined by AbortSignal.any, which on Node 20 loses a time-out to the garbage collector", () => {
    const call = ["AbortSignal", "any("].join(".");
    expect(sources().filter((file) => textOf(file).includes(call))).toEqual([]);
  });

  it("are counted on the clock that nobody sets, but for dates that are written down", () => {
    const lines = sources()
      .filter((file) => !/\.test\.|-for-tests|^(?:test|bench)\//.test(file))
      .flatMap((file) =>
        textOf(file)
          .split("\n")
          .map((line) => `${file}: ${line.trim()}`),
      );
    const counting = /Date\.now\(\) ?[-<>]|[-<>] ?Date\.now\(\)|Date\.now\(\) \+ [A-Z]/;
    const written = /Date\.parse|expiresAt|getTime\(\)|tokens\.for/;
    expect(lines.filter((line) => counting.test(line) && !written.test(line))).toEqual([]);
  });
});

function sources(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules"))
      .map((name) => join(folder, name)),
  );
}

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
