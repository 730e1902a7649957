import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { ACTION_FORMS } from "./action-forms.js";
import { checksFileSchema } from "./checks-schema.js";
import { classicWorkshopSchema, hugoConfigSchema } from "./educates-schema.js";
import { issueText } from "./issue-text.js";
import { frontMatterSchema, workshopFileSchema } from "./lab-schema.js";

function wordsFor(schema: z.ZodType, value: unknown): string {
  const read = schema.safeParse(value);
  return read.success ? "fits" : issueText(read.error.issues);
}

describe("a value that may be of several forms and is none of them", () => {
  const execute = ACTION_FORMS["terminal:execute"];

  it.each<[string, z.ZodType, unknown, string]>([
    [
      "of another type",
      execute,
      { command: { a: 1 } },
      "command: Invalid input: expected string, number, boolean, or null, received object",
    ],
    [
      "missing",
      execute,
      {},
      "command: Invalid input: expected string, number, boolean, or null, received undefined",
    ],
    [
      "a truth value in other words",
      execute,
      { command: "ls", autostart: "perhaps" },
      'autostart: Invalid option: expected one of "true"|"yes"|"on"|"y"|"false"|"no"|"off"|"n"',
    ],
    ["a number in words", execute, { command: "ls", pause: "long" }, "pause: use a number"],
    [
      "a list whose part does not fit",
      classicWorkshopSchema,
      { vars: [{ name: "a" }, { value: 1 }] },
      "vars.1.name: Invalid input: expected string, received undefined",
    ],
    [
      "neither list nor names",
      hugoConfigSchema,
      { params: 5 },
      "params: Invalid input: expected array or record, received number",
    ],
    [
      "the nearer of two forms",
      checksFileSchema,
      { pages: [{ page: 1, steps: [{ step: 0, exitt: 1 }] }] },
      'pages.0.steps.0: Unrecognized key: "exitt"',
    ],
    [
      "a name that may not be called so",
      workshopFileSchema,
      { title: "x", variables: { "a b": 1 } },
      "variables.a b: This key cannot be: a variable is letters, digits and underscores",
    ],
    [
      "in front matter",
      frontMatterSchema,
      { title: [1] },
      "title: Invalid input: expected string, number, or boolean, received array",
    ],
  ])("is told with what was wanted and what came: %s", (_case, schema, value, words) => {
    expect(wordsFor(schema, value)).toBe(words);
  });

  it("is never said to be only invalid, in any key of any action", () => {
    const values = [{ a: 1 }, [[1]], 5, "x", true, undefined, new Date()];
    const mute = Object.entries(ACTION_FORMS).flatMap(([word, form]) =>
      Object.entries(form.shape).flatMap(([key, schema]) =>
        values
          .map((value) => `${word} ${key} ${wordsFor(schema as z.ZodType, value)}`)
          .filter((words) => /Invalid (?:input|key)(?:;|$)/.test(words)),
      ),
    );
    expect(mute).toEqual([]);
  });
});
