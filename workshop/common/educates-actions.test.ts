import { describe, expect, it } from "vitest";
import { ACTION_WORDS } from "./action-forms.js";
import { pageForTests } from "./page-for-tests.js";
import { insteadOf } from "./refused-actions.js";
import { compileLabPage } from "./render-page.js";

/** What each action of Educates comes to here, by its word: a body in YAML as its grammar has it, or a plain text. */
const DONE: Readonly<Record<string, string>> = {
  execute: "ls",
  "execute-1": "ls",
  "execute-2": "ls",
  "execute-3": "ls",
  "execute-all": "ls",
  copy: "text",
  "copy-and-edit": "text",
  "terminal:execute": "command: ls\nsession: 2\nclear: true",
  "terminal:execute-all": "command: ls\nclear: true",
  "terminal:clear": "session: 1",
  "terminal:clear-all": "",
  "terminal:interrupt": "session: 1",
  "terminal:interrupt-all": "",
  "terminal:input": "text: y\nendl: false",
  "terminal:select": "session: 1",
  "workshop:copy": "text: a",
  "workshop:copy-and-edit": "text: a",
  "dashboard:open-dashboard": "name: Terminal",
  "dashboard:expose-dashboard": "name: Terminal",
  "dashboard:create-dashboard": "name: A\nurl: https://example.com",
  "dashboard:reload-dashboard": "name: A",
  "dashboard:delete-dashboard": "name: A",
  "dashboard:open-url": "url: https://example.com",
  "editor:open-file": "file: a.txt\nline: 3",
  "editor:create-file": "file: a.txt\ntext: a",
  "editor:create-directory": "directory: d",
  "editor:select-matching-text":
    "file: a.txt\ntext: a(b)\nisRegex: true\ngroup: 1\nstart: 1\nstop: -1\nbefore: 0\nafter: -1",
  "editor:select-lines-in-range": "file: a.txt\nstart: 1\nstop: 2",
  "editor:replace-text-selection": "file: a.txt\ntext: b",
  "editor:delete-text-selection": "file: a.txt",
  "editor:insert-lines-before-selection": "file: a.txt\ntext: b",
  "editor:append-lines-after-selection": "file: a.txt\ntext: b",
  "editor:replace-matching-text": "file: a.txt\nmatch: a\nreplacement: b\ncount: -1",
  "editor:append-lines-to-file": "file: a.txt\ntext: b",
  "editor:prepend-lines-to-file": "file: a.txt\ntext: b",
  "editor:insert-lines-before-line": "file: a.txt\nline: 1\ntext: b",
  "editor:append-lines-after-line": "file: a.txt\nline: 1\ntext: b",
  "editor:insert-lines-after-line": "file: a.txt\nline: 1\ntext: b",
  "editor:append-lines-after-match": "file: a.txt\nmatch: a\ntext: b",
  "editor:insert-lines-before-match": "file: a.txt\nmatch: a\ntext: b",
  "editor:delete-lines-in-range": "file: a.txt\nstart: 1\nstop: 2",
  "editor:delete-matching-lines": "file: a.txt\nmatch: a\nbefore: 1\nafter: 1",
  "editor:replace-lines-in-range": "file: a.txt\nstart: 1\nstop: 2\ntext: b",
  "editor:copy-file": "src: a.txt\ndest: b.txt\nopen: false",
  "editor:rename-file": "src: a.txt\ndest: b.txt",
  "editor:close-file": "file: a.txt",
  "editor:delete-file": "file: a.txt",
  "editor:set-yaml-value": "file: a.yaml\npath: a.b\nvalue: 1",
  "editor:add-yaml-item": "file: a.yaml\npath: a\nvalue: {b: 1}",
  "editor:merge-yaml-values": "file: a.yaml\npath: a\nvalue: {b: 1}",
  "editor:replace-yaml-item": "file: a.yaml\npath: a[name=x]\nvalue: {b: 1}",
  "editor:insert-yaml-item": "file: a.yaml\npath: a\nindex: 0\nvalue: {b: 1}",
  "editor:delete-yaml-value": "file: a.yaml\npath: a[0]",
  "editor:select-yaml-path": 'file: a.yaml\npath: a["odd.key"]',
  "editor:insert-value-into-yaml": "file: a.yaml\npath: a\nvalue: 1",
  "files:copy-file": "path: a.txt\npreview: true",
  "files:download-file": "path: a.txt\ndownload: b.txt",
  "files:upload-file": "path: a.txt",
  "files:upload-files": "directory: d",
  "examiner:execute-test": "name: a\nargs: [1]\ntimeout: 5\nretries: .INF\ndelay: 1",
  "section:begin": "name: a\ntitle: More\nopen: true",
  "section:end": "name: a",
  "section:heading": "title: A",
};
const REFUSED =
  "editor:execute-command editor:open-terminal editor:close-terminal editor:interrupt-terminal editor:clear-terminal editor:send-to-terminal".split(
    " ",
  );
/** What its grammar does not have. */
const OURS = /^(?:quiz:|manual$)/;
/** Actions whose body is text, and takes none of the keys. */
const TEXTS = /^(?:execute|copy)/;

const FENCE = "```";

describe("the actions of Educates", () => {
  it("are all done, or refused by name", () => {
    expect(Object.keys(DONE).length + REFUSED.length).toBe(69);
    const known = ACTION_WORDS.filter((word) => !OURS.test(word));
    expect(known.toSorted()).toEqual([...Object.keys(DONE), ...REFUSED].toSorted());
  });

  it.each(Object.entries(DONE))("%s is done", (word, body) => {
    const { actions, html } = compile(word, body, word.endsWith("selection") ? SELECTING : "");
    if (word === "section:heading") return expect(html).toContain("<h3>A</h3>");
    expect(actions.slice(-1).map(({ view }) => [view.kind, view.problem])).toEqual([
      [expect.not.stringMatching("problem"), undefined],
    ]);
  });

  it.each(REFUSED)("%s is refused, with what to do instead", (word) => {
    const { problems } = compile(word, "command: x\ntext: x");
    expect(problems).toMatchObject([
      { severity: "error", action: word, fidelity: "lacking", fix: insteadOf(word) },
    ]);
  });

  it.each(Object.entries(DONE).filter(([word]) => !TEXTS.test(word)))(
    "%s names a key it does not have",
    (word, body) => {
      const { problems } = compile(word, `${body}\ntitel: x`);
      expect(problems).toContainEqual(
        expect.objectContaining({
          rule: "action-option",
          message: expect.stringContaining('"titel"') as string,
        }),
      );
    },
  );
});

/** What is selected in a file is what a block before has selected. */
const SELECTING = `${FENCE}editor:select-lines-in-range\nfile: a.txt\nstart: 1\nstop: 2\n${FENCE}\n\n`;

function compile(word: string, body: string, before = "") {
  const page = pageForTests(`${before}${FENCE}${word}\n${body}\n${FENCE}\n`, { file: "page.md" });
  return compileLabPage({ layout: "split", ingresses: [], pages: [page] }, page, {});
}
