import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ENTRIES } from "./entries.js";
import type { CatalogueEntry } from "./entry.js";

const PAGE = new URL("../../docs/embedded-kubernetes.md", import.meta.url);

describe("docs/embedded-kubernetes.md", () => {
  it("has the table of the catalogue, line for line", () => {
    const page = readFileSync(PAGE, "utf8");
    const start = page.indexOf("| image |");
    expect(page.slice(start).split("\n").slice(2, -1)).toEqual(ENTRIES.map(row));
  });
});

function row({ name, tags, isReal, isPlayed, isRefused }: CatalogueEntry): string {
  const minors = Object.entries(tags.minors ?? {}).map(([major, [first, last]]) =>
    first === last ? `${major}.${first}` : `${major}.${first} to ${major}.${last}`,
  );
  const known = [...tags.words, ...minors].join(", ");
  const variants =
    tags.variants === undefined ? "" : `; each with ${tags.variants.map((each) => `-${each}`).join(", ")}`;
  return `| \`${name}\` | ${known}${variants} | ${isReal} | ${isPlayed} | ${isRefused || "nothing"} |`;
}
