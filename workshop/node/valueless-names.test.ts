import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-educates-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a name that a workshop declares without a value", () => {
  const RESOURCE = [
    "kind: Workshop",
    "spec:",
    "  request:",
    "    parameters:",
    "    - name: who",
    "    - {name: secret, generate: expression, from: '[a-z]{8}'}",
    "    - {name: given, value: yes}",
    "  session:",
    "    variables: [{name: place, value: garden}]",
    "    env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: a, key: b}}}]",
  ].join("\n");
  const NAMES = ["who", "secret", "given", "place", "ENV_TOKEN", "nope"];

  it.each<[string, (name: string) => string, Record<string, string>]>([
    ["Hugo", (name) => `{{< param ${name} >}}`, {}],
    ["classic", (name) => `{{ ${name} }}`, { "workshop/workshop.yaml": "modules: {activate: [a]}\n" }],
  ])("says why it has none, where a page of the %s form names it", async (_form, written, files) => {
    await writeFiles(folder, {
      ...files,
      "resources/workshop.yaml": RESOURCE,
      "workshop/content/a.md": NAMES.map(written).join("\n"),
    });
    const lab = await loadLab(folder);
    const told = lab.problems.filter(({ rule }) => rule === "unknown-variable");
    expect(told.map(({ line, fidelity, message }) => `${line} ${fidelity ?? "wrong"}: ${message}`)).toEqual([
      `1 lacking: ${written("who")} has no value here: it is a parameter that learners are asked for (spec.request.parameters), which nobody does here`,
      `2 lacking: ${written("secret")} has no value here: it is a parameter that is generated for each session (spec.request.parameters), which nobody does here`,
      `4 lacking: ${written("place")} has no value here: spec.session.variables, which declares it, has no effect here`,
      `5 lacking: ${written("ENV_TOKEN")} has no value here: it is taken from an object of the original platform (spec.session.env, valueFrom)`,
      `6 wrong: ${written("nope")} is not a variable of this lab`,
    ]);
    expect(told.every((problem) => !("name" in problem))).toBe(true);
  });

  it("says so in tags of Liquid as well", async () => {
    await writeFiles(folder, {
      "workshop/workshop.yaml": "modules: {activate: [a]}\n",
      "resources/workshop.yaml": RESOURCE,
      "workshop/content/a.md": "a\n\n{% if who %}b{% endif %}\n",
    });
    expect((await loadLab(folder)).problems.filter(({ rule }) => rule === "unknown-variable")).toMatchObject([
      {
        line: 3,
        fidelity: "lacking",
        message: expect.stringMatching(/^\{\{ who \}\} has no value here/) as unknown,
      },
    ]);
  });
});
