import { describe, expect, it } from "vitest";
import { compileForTests } from "./page-for-tests.js";

const FENCE = "```";

describe("the id of a step", () => {
  it("stays with its command when the page changes elsewhere, and with its values", () => {
    const [before = ""] = ids(block("echo {{ odd }}"));
    expect(ids(`Text {{ session_name }}\n\n${block("ls")}${block("echo {{ odd }}")}`)[1]).toBe(before);
  });

  it("is another one for another command, another kind, another page", () => {
    const all = [
      ...ids(block("echo safe")),
      ...ids(block("echo OTHER")),
      ...ids(`${FENCE}execute-2\necho safe\n${FENCE}\n`),
      ...ids(block("echo safe"), "second"),
      ...ids(block("echo {{ session_name }}")),
      ...ids(block("echo {{ session_namespace }}")),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it("tells equal commands apart", () => {
    expect(new Set(ids(block("ls").repeat(3))).size).toBe(3);
  });
});

function block(command: string): string {
  return `${FENCE}execute\n${command}\n${FENCE}\n\n`;
}

function ids(source: string, name = "page"): string[] {
  return compileForTests(source, 1, name).actions.map(({ view }) => view.step);
}
