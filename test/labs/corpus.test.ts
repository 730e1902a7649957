import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Lab, LabProblem } from "../../workshop/common/lab.js";
import { type ForeignLab, importLab } from "../../workshop/node/import/import-lab.js";
import { labsBelow } from "../../workshop/node/import/labs-below.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { writeFiles } from "../../workshop/node/write-files-for-tests.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

/** What a lab of the corpus is to come to. */
const outcomeSchema = z.strictObject({
  form: z.enum(["native", "classic", "hugo", "page", "killercoda", "instruqt"]),
  /** `name: title`, in order. */
  pages: z.array(z.string()),
  /** `file:line severity rule fidelity: message`, in order. */
  problems: z.array(z.string()),
  /** `works` where every block is to pass in a session of its own. */
  session: z.enum(["works", "not tried"]),
});

type Form = z.infer<typeof outcomeSchema>["form"];
/** Forms of other platforms that are not read but imported. */
const isImported = (form: Form): form is ForeignLab["form"] => form === "killercoda" || form === "instruqt";

const folder = new URL("./corpus/", import.meta.url).pathname;
const labs = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => {
    const outcome = outcomeSchema.parse(parse(readFileSync(join(folder, name), "utf8")));
    return { name: name.slice(0, -".yaml".length), outcome };
  });

let platform: TestPlatform;
/** What is imported is written here. */
let written: string;
beforeAll(async () => {
  written = mkdtempSync(join(tmpdir(), "lectern-corpus-"));
  platform = await startTestPlatform();
});
afterAll(async () => {
  rmSync(written, { recursive: true });
  await platform.close();
});

/** The lab of that name; of one of another platform what is made of it, and all that is said of both. */
async function labOf(name: string, form: Form): Promise<{ lab: Lab; problems: LabProblem[] }> {
  const path = join(folder, name);
  if (!isImported(form)) {
    const lab = await loadLab(path);
    return { lab, problems: lab.problems };
  }
  const [found] = await labsBelow(path);
  expect(found).toEqual({ path, form });
  const out = join(mkdtempSync(join(written, `${name}-`)), name);
  const problems = await importLab({ path, form }, out);
  const lab = await loadLab(out);
  return { lab, problems: [...problems, ...lab.problems] };
}

describe.each(labs)("$name", ({ name, outcome }) => {
  it("loads with its pages, and all that is said of it", async () => {
    const { lab, problems } = await labOf(name, outcome.form);
    expect(lab.source.form).toBe(isImported(outcome.form) ? "native" : outcome.form);
    expect(lab.pages.map((page) => `${page.name}: ${page.title}`)).toEqual(outcome.pages);
    expect(problems.map(problemLine)).toEqual(outcome.problems);
  });
});

describe("in a session", () => {
  it.each(labs.filter(({ outcome }) => outcome.session === "works"))(
    "every block of $name passes",
    async ({ name, outcome }) => {
      const { lab } = await labOf(name, outcome.form);
      const report = await validateLab(lab, {
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
