import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = read("docs/teach.md");

describe("docs/teach.md", () => {
  it("names commands, verbs and flags that Lectern has", () => {
    const commands = sources("server/cli", ".ts");
    const lines = [...text.matchAll(/(?<![\w/-])lectern ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?(.*)$/gm)];
    expect(lines.map(([, verb]) => verb)).toEqual(
      expect.arrayContaining(["token", "lint", "validate", "capacity", "event", "results", "session"]),
    );
    for (const [line, verb = "", second, rest = ""] of lines) {
      for (const name of [verb, second ?? verb]) expect(commands, line).toContain(`Command("${name}`);
      for (const [flag] of rest.matchAll(/--[a-z][a-z-]+/g))
        expect(new RegExp(`["' ]${flag}["', <]`).test(commands), `${flag} of ${line}`).toBe(true);
    }
  });

  it("names buttons and fields that the pages have", () => {
    const pages = sources("workshop/browser", ".tsx");
    const named = [...text.matchAll(/\*\*([A-Z][^*]*[^*.])\*\*/g)].map(([, name = ""]) => name);
    // Headings of paragraphs end in a full stop, or are one of these.
    const buttons = named.filter((name) => !["Open the link yourself"].includes(name));
    expect(buttons).toEqual(expect.arrayContaining(["Create event", "Results", "Download CSV"]));
    // Numbers and names are filled in by the page.
    const words = pages.replaceAll(/\s+/g, " ").replaceAll(/\$?\{[\w.]+\}/g, "…");
    expect(buttons.filter((name) => !words.includes(name.replaceAll(/\d+/g, "…")))).toEqual([]);
  });

  it("names error codes and pages that are there", () => {
    const errors = read("docs/errors.md");
    const codes = [...text.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, code = ""]) => code);
    expect(codes).toContain("SERVER_EVENT_CLOSED");
    expect(codes.filter((code) => !errors.includes(`### ${code}`))).toEqual([]);
    const links = [...text.matchAll(/\]\(([\w.-]+\.md)(?:#[\w-]+)?\)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(join(root, "docs", link)))).toEqual([]);
  });
});

function sources(folder: string, ending: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !/\.test\.tsx?$/.test(name))
    .map((name) => read(join(folder, name)))
    .join("\n");
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}
