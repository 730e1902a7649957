import { expect, it } from "vitest";
import { answersTo, endingOf } from "./command-endings.js";
import type { ActionView } from "./page-view.js";

/** A block as `kind terminals`; a command's own comes first. */
const CASES: [title: string, page: string[], answers: number[], ending: string | undefined][] = [
  ["nothing ends what no later block is for", ["execute 1", "terminal-interrupt 2"], [], undefined],
  ["an interrupt ends it", ["execute 1", "execute 2", "terminal-interrupt 1"], [2], "interrupt"],
  ["so does one of all terminals", ["execute 1", "terminal-interrupt 1 2 3"], [1], "interrupt"],
  [
    "what runs in all is ended in all at once",
    ["execute-all 1 2", "terminal-interrupt 1 2"],
    [1],
    "interrupt",
  ],
  [
    "or in one after the other",
    ["execute-all 1 2", "terminal-interrupt 2", "terminal-interrupt 1"],
    [1, 2],
    "interrupt",
  ],
  ["but not in one alone", ["execute-all 1 2", "terminal-interrupt 1"], [], undefined],
  [
    "each question has its answer",
    ["execute 1", "terminal-input 1", "copy", "terminal-input 1"],
    [1, 3],
    "input",
  ],
  [
    "what asks and goes on is interrupted",
    ["execute 1", "terminal-input 1", "terminal-interrupt 1"],
    [1, 2],
    "interrupt",
  ],
  ["the next command is not answered for it", ["execute 1", "execute 1", "terminal-input 1"], [], undefined],
  ["nor one of all terminals", ["execute 1", "execute-all 1 2", "terminal-interrupt 1 2"], [], undefined],
  ["what is no command has no end", ["terminal-input 1", "terminal-interrupt 1"], [], undefined],
];

it.each(CASES)("%s", (_, page, answers, ending) => {
  const views = page.map(blockOf);
  expect(answersTo(views, 0)).toEqual(answers);
  expect(endingOf(views, 0)).toBe(ending);
});

function blockOf(text: string): Pick<ActionView, "kind" | "terminals"> {
  const [kind = "", ...terminals] = text.split(" ");
  return { kind: kind as ActionView["kind"], terminals };
}
