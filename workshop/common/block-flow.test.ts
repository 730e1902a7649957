import { expect, it } from "vitest";
import { compilePage } from "./compile-page.js";
import { pageForTests } from "./page-for-tests.js";

function compiled(source: string) {
  const page = pageForTests(source, { name: "p", title: "P", file: "p.md" });
  return compilePage(
    page,
    {},
    {
      picture: () => undefined,
      page: () => undefined,
      application: () => undefined,
      slides: () => undefined,
    },
  );
}

function block(action: string, body: string): string {
  return `\`\`\`${action}\n${body}\n\`\`\`\n\n`;
}

function item(body: string): string {
  return `* Item\n\n${body.replaceAll(/^(?=.)/gm, "  ")}`;
}

it("keeps what runs without a click, and how long it waits", () => {
  const { actions, problems } = compiled(
    block("terminal:execute", "command: a\nautostart: true\nhidden: true") +
      block("terminal:execute", "command: b\ncascade: true\nrequired: true\ncooldown: -1") +
      block("section:end", "cascade: true\ntoggle: false") +
      block("terminal:execute", "command: c\ncascade: true\npause: 999999999"),
  );
  expect(actions.map(({ view }) => view.flow)).toEqual([
    { starts: true, isHidden: true },
    { pauseMs: 750, isRequired: true, isOnce: true },
    { pauseMs: 0, staysOpen: true },
    { pauseMs: 60_000 },
  ]);
  expect(problems.filter(({ rule }) => rule === "action-option")).toEqual([]);
});

it("hides nothing that only learners could run, and says so", () => {
  const { actions, problems } = compiled(
    block("terminal:execute", "command: a\nhidden: true") +
      block("terminal:execute", "command: b\ncascade: true") +
      block("terminal:execute", "command: c\nhidden: true"),
  );
  expect(actions.map(({ view }) => view.flow?.isHidden)).toEqual([undefined, undefined, true]);
  expect(problems).toMatchObject(
    [
      { rule: "action-option", line: 1, fidelity: "approximated", message: /"hidden".*nothing else runs it/ },
    ].map((problem) => ({ ...problem, message: expect.stringMatching(problem.message) as string })),
  );
});

it("says of what browsers do for clicks only that it waits for one", () => {
  const { actions, problems } = compiled(
    block("dashboard:open-url", "url: https://example.org/\nautostart: true") +
      block("terminal:execute", "command: a\ncascade: true") +
      block("workshop:copy", "text: a"),
  );
  expect(actions[0]?.view.flow).toEqual({});
  expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
    expect.stringMatching(/^1 The option "autostart" .*browsers do that only for a click/),
    expect.stringMatching(/^6 The option "cascade" .*ends before the block `workshop:copy`/),
  ]);
});

it("goes on from nothing that never tells its end, and hides nothing behind it", () => {
  const { actions, problems } = compiled(
    block("workshop:copy", "text: a\ncascade: true") +
      block("terminal:execute", "command: b\nhidden: true") +
      block("files:upload-file", "path: a.txt\ncascade: true") +
      block("terminal:execute", "command: c\nhidden: true"),
  );
  expect(actions.map(({ view }) => [view.kind, view.flow])).toEqual([
    ["copy", {}],
    ["execute", {}],
    ["upload-file", {}],
    ["execute", {}],
  ]);
  const notes = problems.filter(({ rule }) => rule === "action-option");
  expect(notes.map(({ line, message }) => `${line} ${message}`)).toEqual([
    expect.stringMatching(/^1 The option "cascade" .*does not begin: nothing says when it is done/),
    expect.stringMatching(/^6 The option "hidden" .*nothing else runs it/),
    expect.stringMatching(/^11 The option "cascade" .*does not begin/),
    expect.stringMatching(/^16 The option "hidden" .*nothing else runs it/),
  ]);
});

it("goes on past a button within the text, and not into or out of a list item", () => {
  const { actions, problems } = compiled(
    block("terminal:execute", "command: a\ncascade: true") +
      "Take `this`{{copy}} with you.\n\n" +
      block("terminal:execute", "command: b\nhidden: true\ncascade: true") +
      item(
        block("terminal:execute", "command: c\nhidden: true\ncascade: true") +
          block("terminal:execute", "command: d\nhidden: true"),
      ) +
      "The end.\n\n" +
      block("terminal:execute", "command: e\nhidden: true"),
  );
  const hidden = actions.flatMap(({ view }) => (view.flow?.isHidden ? [view.text] : []));
  // What the last of the page before the list leads on to is the next of the page.
  expect(hidden).toEqual(["b", "d", "e"]);
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('"hidden"')]);
});

it("says where a block that nothing is known of is required", () => {
  const { problems } = compiled(
    block("terminal:input", "text: a\nrequired: true") +
      block("terminal:execute", "command: a\nrequired: true"),
  );
  expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
    expect.stringMatching(/^1 The option "required" of `terminal:input` .*keeps no page locked/),
  ]);
});
