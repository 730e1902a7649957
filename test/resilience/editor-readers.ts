import { editText } from "../../workshop/common/editor/edit-text.js";
import { homePath } from "../../workshop/common/editor/home-path.js";
import { editYaml, findYaml } from "../../workshop/common/editor/yaml-edit.js";
import { judgeAnswer, readQuiz } from "../../workshop/common/quiz.js";
import { pathMatcher } from "../../workshop/node/path-patterns.js";
import type { Readers } from "./hostile-readers.js";
import { GENERAL, filled, quarter } from "./hostile-text.js";

const MANIFEST = `a:\n  b:\n${"  - name: x\n    v: 1\n".repeat(20)}`;

/** A pattern that a matcher with backtracking never ends on. */
const PATTERN = "(a*)*b|(x+x+)+y";

/** What blocks of the editor and questions read: a learner's files and answers, an author's places and patterns. */
export const EDITORS: Record<string, Readers> = {
  "a learner's YAML": [
    {
      edit: (text) => editYaml(text, { does: "set", path: "a.b", value: 1 }),
      find: (text) => findYaml(text, "a.b[name=x]"),
    },
    {
      "lists behind a list": quarter("[0]"),
      quotes: quarter('"'),
      tags: quarter("!a "),
      "one key again and again": quarter("k: v\n"),
      colons: quarter("a: \t"),
    },
  ],
  "places in YAML": [
    {
      edit: (path) => editYaml(MANIFEST, { does: "set", path, value: 1 }),
      find: (path) => findYaml(MANIFEST, path),
    },
    {
      ...GENERAL,
      keys: filled("a."),
      numbers: filled("[0]"),
      "quoted keys": filled('["a"]'),
      "quotes that never end": filled('["'),
      "named items": `a.b${filled("[name=x]")}`,
      "names that never end": filled("[name=x"),
    },
  ],
  "a learner's text": [
    {
      "by a pattern": (text) =>
        editText(text, {
          does: "replace-matches",
          search: { text: PATTERN, isRegex: true },
          replacement: "x",
          count: -1,
        }),
      "by its lines": (text) =>
        editText(text, {
          does: "delete-matching-lines",
          search: { text: "\n", isRegex: false },
          before: 1,
          after: 1,
        }),
    },
    { ...GENERAL, "letters alone": filled("a"), lines: filled("a\n") },
  ],
  "names of files": [
    {
      home: homePath,
      "as a pattern": (text) => pathMatcher({ include: [text], exclude: [] })("a/".repeat(500)),
      "by a pattern": (text) => pathMatcher({ include: ["**/a/**/b/**/c*d*e"], exclude: [] })(text),
    },
    {
      ...GENERAL,
      upwards: filled("../"),
      folders: filled("a/"),
      "any folders": filled("**/"),
      marks: filled("?*"),
    },
  ],
  answers: [
    {
      judged: (text) =>
        judgeAnswer(
          { choice: "text", options: [], tries: 1, question: "?", answers: ["b"], pattern: PATTERN },
          { given: [text], failuresBefore: async () => 0 },
        ),
      asked: (text) =>
        readQuiz("quiz:text", { question: text, answer: text, match: `/${text.slice(0, 1000)}/` }),
      offered: (text) =>
        readQuiz("quiz:many", { question: "?", options: text.match(/.{1,40}/gs) ?? [], answer: [text] }),
    },
    { ...GENERAL, "letters alone": filled("a"), blanks: filled(" \u00a0") },
  ],
};
