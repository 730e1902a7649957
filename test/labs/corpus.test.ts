import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { LabProblem } from "../../workshop/common/lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { writeFiles } from "../../workshop/node/write-files-for-tests.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

/** What a lab of the corpus is to come to. */
const outcomeSchema = z.strictObject({
  form: z.enum(["native", "classic", "hugo", "page"]),
  /** `name: title`, in order. */
  pages: z.array(z.string()),
  /** `file:line severity rule fidelity: message`, in order. */
  problems: z.array(z.string()),
  /** `works` where every block is to pass in a session of its own. */
  session: z.enum(["works", "not tried"]),
});

const folder = new URL("./corpus/", import.meta.url).pathname;
const labs = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => {
    const outcome = outcomeSchema.parse(parse(readFileSync(join(folder, name), "utf8")));
    return { name: name.slice(0, -".yaml".length), outcome };
  });

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

describe.each(labs)("$name", ({ name, outcome }) => {
  it("loads with its pages, and all that is said of it", async () => {
    const lab = await loadLab(join(folder, name));
    expect(lab.source.form).toBe(outcome.form);
    expect(lab.pages.map((page) => `${page.name}: ${page.title}`)).toEqual(outcome.pages);
    expect(lab.problems.map(problemLine)).toEqual(outcome.problems);
  });
});

describe("in a session", () => {
  it.each(labs.filter(({ outcome }) => outcome.session === "works"))(
    "every block of $name passes",
    async ({ name }) => {
      const report = await validateLab(await loadLab(join(folder, name)), {
        ...platform,
        policies: platform.policies.service,
      });
      expect(report.steps.length).toBeGreaterThan(0);
      expect(report.steps.filter(({ state }) => state === "failed")).toEqual([]);
      expect(report.problems.filter(({ rule }) => rule === "set-up")).toEqual([]);
    },
  );
});

describe("a lab whose object the cluster refuses", () => {
  let folderOfLab: string;
  beforeAll(() => {
    folderOfLab = mkdtempSync(join(tmpdir(), "lectern-refused-"));
  });
  afterAll(() => rmSync(folderOfLab, { recursive: true }));

  it("is at fault itself, and says which and why", async () => {
    mkdirSync(join(folderOfLab, "pages"));
    writeFileSync(join(folderOfLab, "pages/a.md"), "a");
    const service = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: []}}";
    writeFileSync(join(folderOfLab, "workshop.yaml"), `title: x\nobjects: [${service}]\n`);
    const parts = { ...platform, policies: platform.policies.service };
    await expect(validateLab(await loadLab(folderOfLab), parts)).rejects.toMatchObject({
      code: "LAB_INVALID",
      message: expect.stringMatching(/the lab's Service web: .*spec\.ports/) as string,
    });
  });
});

describe("a workshop whose set-up fails", () => {
  let workshop: string;
  beforeAll(async () => {
    workshop = mkdtempSync(join(tmpdir(), "lectern-set-up-"));
    await writeFiles(workshop, {
      "workshop/content/a.md": "a\n\n```execute\ntrue\n```\n",
      "workshop/setup.d/01-good.sh": "echo made >made\n",
      "workshop/setup.d/02-fill in.sh": "echo filling\nno-such-program --all\n",
    });
  });
  afterAll(() => rmSync(workshop, { recursive: true }));

  it("is warned of by validate, with what the program wrote last", async () => {
    const parts = { ...platform, policies: platform.policies.service };
    const { outcome, problems } = await validateLab(await loadLab(workshop), parts);
    expect(outcome).toBe("passed");
    expect(problems).toMatchObject([
      { rule: "set-up", severity: "warning", file: "workshop/setup.d/02-fill in.sh", line: 1 },
    ]);
    expect(problems[0]?.message).toMatch(
      /^The lab's set-up 02-fill in\.sh failed with status 127\n {2}filling\n {2}.*no-such-program: command not found$/,
    );
  });
});

function problemLine({ file, line, severity, rule, fidelity, message }: LabProblem): string {
  const kind = [severity, rule, ...(fidelity === undefined ? [] : [fidelity])].join(" ");
  return `${file}:${line} ${kind}: ${message}`;
}
