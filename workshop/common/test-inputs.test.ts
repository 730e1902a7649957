import { describe, expect, it } from "vitest";
import { givenValues, inputProblem, readInputs } from "./test-inputs.js";

describe("what a test asks for", () => {
  it("has the fields of its schema in the order of its form, with its words", () => {
    const form = readInputs({
      schema: {
        name: { type: "string", title: "Your name", default: "Ada", required: true },
        size: { type: "integer", default: 3 },
        note: { type: "string", description: "In a sentence" },
      },
      form: ["size", { key: "note", type: "textarea" }, "*", { type: "submit", title: "Go" }],
    });
    expect(form.submit).toBe("Go");
    expect(form.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "size number",
      "note textarea",
      "name text",
    ]);
    expect(form.fields[2]).toMatchObject({ label: "Your name", given: ["Ada"], isRequired: true });
  });

  it("takes the schema of an object, with what it requires", () => {
    const { fields } = readInputs({
      schema: { type: "object", properties: { a: { type: "boolean" }, b: {} }, required: ["b"] },
    });
    expect(fields.map(({ name, type, isRequired }) => [name, type, isRequired])).toEqual([
      ["a", "yes", false],
      ["b", "text", true],
    ]);
  });

  it.each([
    ["no field", { schema: {} }, /no field/],
    ["a list of anything", { schema: { a: { type: "array" } } }, /"a" is of the type array/],
    ["an object", { schema: { a: { type: "object" } } }, /"a" is of the type object/],
    ["what is no schema", { schema: { a: 5 } }, /"a" has no schema/],
    [
      "more fields than a form has",
      { schema: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`f${at}`, {}])) },
      /21 fields/,
    ],
  ])("is refused by name: %s", (_what, inputs, why) => {
    expect(() => readInputs(inputs)).toThrow(why);
  });
});

describe("what was entered", () => {
  const form = readInputs({
    schema: {
      name: { type: "string", title: "Name", required: true },
      size: { type: "number", title: "Size" },
      colour: { enum: ["red", "blue"], title: "Colour", default: "red" },
      marks: { type: "array", title: "Marks", items: { enum: ["x", "y"] }, default: ["y"] },
      lies: { type: "boolean", title: "It lies" },
      stands: { type: "boolean", title: "It stands", default: true },
    },
  });

  it("is what the form holds, where nobody changes it", () => {
    expect(givenValues(form)).toEqual({
      name: "",
      size: "",
      colour: "red",
      marks: ["y"],
      // As the page sends a box that is not ticked.
      lies: "false",
      stands: "true",
    });
    expect(inputProblem(form, givenValues(form))).toBe('"Name" has to be filled in');
    expect(inputProblem(form, { ...givenValues(form), name: "Ada" })).toBeUndefined();
  });

  it.each([
    [{ name: "  " }, /"Name" has to be filled in/],
    [{ name: "a", size: "wide" }, /"Size" has to be a number/],
    [{ name: "a", colour: "green" }, /"Colour" has a value that is not offered/],
    [{ name: "a", marks: ["x", "z"] }, /"Marks" has a value that is not offered/],
    [{ name: ["a", "b"] }, /"Name" takes one value/],
    [{ name: "a".repeat(1_001) }, /"Name" is too long/],
    [{ name: "a", more: "b" }, /does not ask for "more"/],
  ])("is refused with its field: %j", (values, why) => {
    expect(inputProblem(form, values)).toMatch(why);
  });
});
