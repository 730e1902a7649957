import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ROOMS = ["workshop", "policy", "terminal", "cluster", "server"];
const CODE = /["'`]((?:LAB|CHECK|SESSION|TERMINAL|POLICY|CLUSTER|SERVER)_[A-Z][A-Z_]*)["'`]/g;

describe("docs/errors.md", () => {
  const documented = [
    ...readFileSync(join(root, "docs/errors.md"), "utf8").matchAll(/^### `?([A-Z_]+)`?$/gm),
  ].map((match) => match[1] ?? "");
  const declared = ROOMS.flatMap(errorFiles).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(CODE)].map((match) => match[1] ?? ""),
  );

  it("describes every error code the product declares", () => {
    expect([...new Set(declared)].filter((code) => !documented.includes(code))).toEqual([]);
  });

  it("describes no code that the product does not declare", () => {
    expect(documented.filter((code) => !declared.includes(code))).toEqual([]);
  });

  it("describes each code once", () => {
    expect(documented.filter((code, at) => documented.indexOf(code) !== at)).toEqual([]);
  });
});

function errorFiles(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((name) => /(^|\/)errors\.ts$/.test(name))
    .map((name) => join(root, room, name));
}
