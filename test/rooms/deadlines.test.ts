import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where Node runs; Chromium keeps the time-out of a joined signal. */
const FOLDERS = [
  "cluster",
  "kubernetes",
  "policy/node",
  "server",
  "terminal/node",
  "test",
  "workshop/node",
  "bench",
];

describe("deadlines in Node", () => {
  it("are never joined by AbortSignal.any, which on Node 20 loses a time-out to the garbage collector", () => {
    const call = ["AbortSignal", "any("].join(".");
    const sources = FOLDERS.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules"))
        .map((name) => join(folder, name)),
    );
    expect(sources.filter((file) => readFileSync(join(root, file), "utf8").includes(call))).toEqual([]);
  });
});
