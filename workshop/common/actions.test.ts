import { describe, expect, it } from "vitest";
import { readAction } from "./action.js";
import { Fillings } from "./filled-text.js";
import { REFUSED_ACTIONS, insteadOf } from "./refused-actions.js";

/** What a block of each action that is done holds at the least. */
const DONE: Readonly<Record<string, string>> = {
  execute: "ls",
  "execute-1": "ls",
  "execute-2": "ls",
  "execute-3": "ls",
  "execute-all": "ls",
  copy: "text",
  "copy-and-edit": "text",
  "terminal:execute": "command: ls",
  "terminal:execute-all": "command: ls",
  "terminal:clear": "session: 1",
  "terminal:clear-all": "",
  "terminal:interrupt": "session: 1",
  "terminal:interrupt-all": "",
  "terminal:input": "text: y",
  "terminal:select": "session: 2",
  "workshop:copy": "text: x",
  "workshop:copy-and-edit": "text: x",
  "dashboard:open-dashboard": "name: Console",
  "dashboard:expose-dashboard": "name: Console",
  "dashboard:create-dashboard": "name: a\nurl: https://example.org",
  "dashboard:reload-dashboard": "name: a",
  "dashboard:delete-dashboard": "name: a",
  "dashboard:open-url": "url: https://example.org",
  "section:begin": "name: a",
  "section:end": "name: a",
  "section:heading": "title: A",
};

function read(word: string, body: string) {
  return readAction({ info: word, body, id: "x", number: 0, line: 1 }, new Fillings());
}

describe("the actions of the Educates workshop format", () => {
  it("are 69, each done or refused", () => {
    expect(new Set([...Object.keys(DONE), ...REFUSED_ACTIONS]).size).toBe(69);
    expect(REFUSED_ACTIONS.filter((word) => word in DONE)).toEqual([]);
  });

  it.each(Object.entries(DONE))("%s is done", (word, body) => {
    const { action, notes } = read(word, body);
    expect(action.view).toMatchObject({ action: word });
    expect(action.view.problem).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it.each(REFUSED_ACTIONS)("%s is refused by its name, with what to do instead", (word) => {
    expect(read(word, "file: a").action.view).toMatchObject({
      kind: "problem",
      problem: `the action ${word} of Educates is not supported by Lectern yet`,
    });
    expect(insteadOf(word)).toMatch(/^[A-Z].{20,}[^.]$/);
  });

  it.each([
    ["editor:open-fil", '"editor:open-fil" is not an action Lectern knows; editor:open-file is one'],
    ["examiner:frobnicate", '"examiner:frobnicate" is not an action Lectern knows'],
  ])("%s, which is none of them, is told as such", (word, problem) => {
    expect(read(word, "").action.view.problem).toBe(problem);
  });
});
