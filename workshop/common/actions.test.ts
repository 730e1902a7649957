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
  "examiner:execute-test": "name: test",
  "files:copy-file": "path: ~/a",
  "files:download-file": "path: a",
  "files:upload-file": "path: a",
  "files:upload-files": "directory: b",
  "editor:open-file": "file: ~/a.txt",
  "editor:close-file": "file: a.txt",
  "editor:create-file": "file: a.txt\ntext: x",
  "editor:create-directory": "directory: a/b",
  "editor:copy-file": "src: a\ndest: b",
  "editor:rename-file": "src: a\ndest: b",
  "editor:delete-file": "file: a",
  "editor:select-matching-text": "file: a\ntext: (x)\nisRegex: true\ngroup: 1",
  "editor:select-lines-in-range": "file: a\nstart: 1\nstop: 2",
  "editor:select-yaml-path": "file: a\npath: spec.replicas",
  "editor:replace-text-selection": "file: a\ntext: x",
  "editor:delete-text-selection": "file: a",
  "editor:insert-lines-before-selection": "file: a\ntext: x",
  "editor:append-lines-after-selection": "file: a\ntext: x",
  "editor:replace-matching-text": "file: a\nmatch: x\nreplacement: y",
  "editor:append-lines-to-file": "file: a\ntext: x",
  "editor:prepend-lines-to-file": "file: a\ntext: x",
  "editor:insert-lines-before-line": "file: a\nline: 1\ntext: x",
  "editor:append-lines-after-line": "file: a\nline: 1\ntext: x",
  "editor:insert-lines-after-line": 'file: a\nline: "1"\ntext: x',
  "editor:insert-lines-before-match": "file: a\nmatch: x\ntext: y",
  "editor:append-lines-after-match": "file: a\nmatch: x\ntext: y",
  "editor:replace-lines-in-range": "file: a\nstart: 1\nstop: 1\ntext: x",
  "editor:delete-lines-in-range": "file: a\nstart: 1\nstop: 1",
  "editor:delete-matching-lines": "file: a\nmatch: x",
  "editor:set-yaml-value": "file: a\npath: b.c\nvalue: 0",
  "editor:add-yaml-item": "file: a\npath: b\nvalue: {c: d}",
  "editor:insert-yaml-item": "file: a\npath: b\nvalue: x\nindex: 1",
  "editor:replace-yaml-item": "file: a\npath: b[0]\nvalue: x",
  "editor:merge-yaml-values": "file: a\npath: b\nvalue: {c: d}",
  "editor:insert-value-into-yaml": "file: a\npath: b\nvalue: null",
  "editor:delete-yaml-value": "file: a\npath: b",
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

  it.each([
    ["section:heading", "title: 1", { title: "1" }],
    ["section:begin", "name: 1\ntitle: 2\nopen: yes", { section: { name: "1" } }],
    [
      "terminal:execute",
      "command: true\nclear: yes\nautostart: 'true'",
      { text: "true", flow: { starts: true } },
    ],
    ["terminal:execute", "command:\nsession: 2", { terminals: ["2"] }],
    ["terminal:execute", "command: a\ncascade: true\npause: 0.5", { flow: { pauseMs: 0.5 } }],
    ["terminal:execute", "command: a\ncascade: true\npause: '1.5'", { flow: { pauseMs: 1.5 } }],
    ["terminal:execute", "command: a\ncascade: true\npause: .INF", { flow: { pauseMs: 60_000 } }],
    ["terminal:execute", "command: a\ncascade: true\npause: .NaN", { flow: { pauseMs: 750 } }],
    ["terminal:input", "text: 42\nendl: no", { text: "42" }],
    ["dashboard:create-dashboard", "name: a\nurl: https://example.org\nfocus:", { bringsForward: true }],
    [
      "terminal:execute",
      "command: a\nsession:\nclear:\nautostart:\ncascade: true\npause:\nrequired: ~\nevent:",
      { terminals: ["1"], flow: { pauseMs: 750 } },
    ],
    ["editor:replace-matching-text", "file: a\nmatch: 1\nreplacement:\nisRegex:\ncount:\nstart:", {}],
    ["examiner:execute-test", "name: a\nargs:\ntimeout:\nretries:\ndelay:\ninputs:", {}],
    ["section:begin", "name:\nopen:", { section: { name: "*" } }],
    ["workshop:copy", "text: 8080\ntitle:", { text: "8080" }],
    ["workshop:copy", "text: 0755", { text: "0755" }],
    ["workshop:copy", "description: &v 1.10\ntext: *v", { text: "1.10" }],
    ["terminal:input", "text: 1.10 # the version", { text: "1.10" }],
    ["dashboard:create-dashboard", "name: 1\nurl: https://example.org\nfocus: off", {}],
    ["editor:replace-matching-text", "file: a\nmatch: 1\nreplacement: 3\nisRegex: no\ncount: '2'", {}],
    ["editor:append-lines-to-file", "file: a\ntext: 0.5", {}],
    ["editor:create-file", "file: 1\ntext:", {}],
    ["examiner:execute-test", "name: 1\nargs: [1, true]\nautostart: on", {}],
    ["files:download-file", "path: 1\npreview: no", {}],
  ])("%s takes %j as YAML 1.1 and people mean it", (word, body, view) => {
    const { action } = read(word, body);
    expect(action.view.problem).toBeUndefined();
    expect(action.view).toMatchObject(view);
  });

  it("gives a test its arguments as they are written", () => {
    const { action } = read("examiner:execute-test", "name: a\nargs: [1.10, 010, 0x10, 1e3, true, '2.0']");
    expect(action.test?.args).toEqual(["1.10", "010", "0x10", "1e3", "true", "2.0"]);
  });

  it.each(REFUSED_ACTIONS)("%s is refused by its name, with what to do instead", (word) => {
    expect(read(word, "file: a").action.view).toMatchObject({
      kind: "problem",
      problem: `the action ${word} of Educates is not supported by Lectern yet`,
    });
    expect(insteadOf(word)).toMatch(/^[A-Z].{20,}[^.]$/);
  });

  it.each([
    ["editor:open-file", "file: /etc/passwd", '"/etc/passwd" is no file of the home'],
    ["editor:open-file", "file: ../x", '"../x" is no file of the home'],
    ["editor:open-file", "line: 1", "file: "],
    ["editor:open-file", "file:", "file: "],
    ["editor:select-matching-text", "file: a\ntext: (\nisRegex: true", "is not a regular expression of RE2"],
    ["editor:set-yaml-value", "file: a\npath: b", "say the value"],
    ["editor:set-yaml-value", "file: a\npath: b[\nvalue: 1", "cannot be read from"],
    ["editor:insert-lines-before-line", "file: a\nline: 0\ntext: x", "lines count from 1"],
    ["examiner:execute-test", "name: ../x", "lies outside of the tests"],
    ["examiner:execute-test", "name: x\nurl: https://example.org", "is not asked"],
    ["files:copy-file", "url: https://example.org", "may not read files of the web"],
    ["files:download-file", "path: /etc/passwd", "is no file of the home"],
  ])("%s with %j is a problem in words", (word, body, problem) => {
    expect(read(word, body).action.view).toMatchObject({
      kind: "problem",
      problem: expect.stringContaining(problem) as string,
    });
  });

  it.each([
    ["editor:open-fil", '"editor:open-fil" is not an action Lectern knows; editor:open-file is one'],
    ["examiner:frobnicate", '"examiner:frobnicate" is not an action Lectern knows'],
  ])("%s, which is none of them, is told as such", (word, problem) => {
    expect(read(word, "").action.view.problem).toBe(problem);
  });
});
