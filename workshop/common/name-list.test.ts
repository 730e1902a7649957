import { describe, expect, it } from "vitest";
import { readNameList } from "./name-list.js";
import { personName, personNameProblem } from "./person-name.js";

describe("a list of names", () => {
  it.each([
    ["one a line", "Ada Lovelace\nGrace Hopper\n"],
    ["with a mark in front and ends of lines of Windows", "\uFEFFAda Lovelace\r\nGrace Hopper\r\n"],
    ["a table with semicolons", "Nr;Name;Ort\n1;Ada Lovelace;London\n2;Grace Hopper;New York\n"],
    [
      "a table with commas and quotes",
      'name,mail\n"Ada Lovelace",a@example.org\nGrace Hopper,g@example.org\n',
    ],
    ["with empty lines and spaces", "\n  Ada   Lovelace \n\n Grace Hopper\n\n"],
    ["a table of two columns", "Name;Ort\r\nAda Lovelace;London\r\nGrace Hopper;New York\r\n"],
  ])("is read %s", (_form, text) => {
    expect(readNameList(text)).toEqual({ names: ["Ada Lovelace", "Grace Hopper"], problems: [] });
  });

  it("takes a whole line for a name where no heading says that it is a table", () => {
    expect(readNameList("Lovelace, Ada\nHopper, Grace").names).toEqual(["Lovelace, Ada", "Hopper, Grace"]);
  });

  it("says by their lines who stands there twice, however it is written", () => {
    const composed = "Zoë Müller".normalize("NFC");
    const { problems } = readNameList(`${composed}\nAda\n${composed.normalize("NFD").toUpperCase()}\nada\n`);
    expect(problems).toEqual([
      expect.stringMatching(/^Line 3 has the name of line 1 again/),
      expect.stringMatching(/^Line 4 has the name of line 2 again/),
    ]);
  });

  it("is refused where it is empty, too long or holds what is no name", () => {
    expect(readNameList("\n\n").problems).toEqual(["There is no name in the list."]);
    expect(readNameList("Ada\n---\n").problems[0]).toMatch(/^Line 2: Type a name/);
    expect(readNameList(`Ada\n${"x".repeat(4000)}\n`).problems[0]).toMatch(/^Line 2: The name has 4000/);
    const many = Array.from({ length: 501 }, (_, at) => `Person ${String(at)}`).join("\n");
    expect(readNameList(many).problems[0]).toMatch(/501 names/);
  });
});

describe("a name", () => {
  it("is kept as text, without what no screen shows", () => {
    expect(personName(" <b>Ada</b>\u0000\u202E\n & co ")).toBe("<b>Ada</b> & co");
    expect(personNameProblem("<b>Ada</b>")).toBeUndefined();
    expect(personNameProblem(personName("\u200B\u200B"))).toMatch(/at least one letter/);
    expect(personNameProblem(personName("x".repeat(4000)))).not.toContain("xxxx");
    // A half of a pair, a letter of Hangul that is none, a joiner, an empty cell of Braille, a selector.
    const unseen = ["\uD800", "\u3164", "\uFFA0", "\u115F", "\u034F", "\u2800", "\uFE0F", "\u{E0100}"];
    for (const sign of unseen) {
      expect(personName(`Ada${sign}`)).toBe("Ada");
      expect(personNameProblem(personName(sign))).toMatch(/at least one letter/);
    }
    for (const name of ["김민수", "Đặng Minh Anh", "אדה", "𝒜da", "José"]) expect(personName(name)).toBe(name);
  });
});
