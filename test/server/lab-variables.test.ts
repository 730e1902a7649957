import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { PageView } from "../../workshop/common/page-view.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { BrowserSession } from "./browser-session.js";
import { productRoot, runCli, startLectern, temporaryFolder } from "./lectern-process.js";

const folder = temporaryFolder();
const lab = join(folder.path, "variables");
const FLAGS = ["--lab-variable", "SHOWN_BY_FLAG"];

beforeAll(() => {
  mkdirSync(join(lab, "pages"), { recursive: true });
  writeFileSync(
    join(lab, "workshop.yaml"),
    "title: Variables\nenvironment: [SHOWN_BY_FLAG, SHOWN_BY_NAME, KEPT_BACK]\n",
  );
  writeFileSync(
    join(lab, "pages/a.md"),
    "# A\n\n{{ ENV_SHOWN_BY_FLAG }} {{ ENV_SHOWN_BY_NAME }} {{ ENV_KEPT_BACK }}\n\n```execute match=/flag-value-name-value/\necho {{ ENV_SHOWN_BY_FLAG }}-{{ ENV_SHOWN_BY_NAME }}\n```\n",
  );
  vi.stubEnv("SHOWN_BY_FLAG", "flag-value");
  vi.stubEnv("SHOWN_BY_NAME", "name-value");
  vi.stubEnv("KEPT_BACK", "secret-value");
  vi.stubEnv("LECTERN_LAB_VARIABLES", "SHOWN_BY_NAME");
});
afterAll(() => {
  vi.unstubAllEnvs();
  folder.remove();
});

it("what the operator allows of the environment is shown by serve, and nothing else", async () => {
  const lectern = await startLectern(join(folder.path, "data"), ["--lab", lab, ...FLAGS]);
  try {
    const browser = new BrowserSession(lectern.url);
    const session = await browser.startLab("variables");
    const page = await browser.json<PageView>("GET", `api/sessions/${session.id}/pages/a`);
    expect(page.html).toContain("flag-value name-value");
    expect(page.actions[0]?.text).toBe("echo flag-value-name-value");
    expect(JSON.stringify(page)).not.toContain("secret-value");
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
  } finally {
    await lectern.stop();
  }
});

it("and the same is taken and refused by validate, with files named from where it was started", async () => {
  const out = join(folder.path, "report.json");
  await runCli(["validate", lab, ...FLAGS, "--reporter", "json", "--out", out]);
  const text = readFileSync(out, "utf8");
  const { steps, problems } = JSON.parse(text) as ValidationReport;
  expect(steps.map(({ state }) => state)).toEqual(["passed"]);
  const refused = problems.filter(({ rule }) => rule === "environment");
  expect(refused.map(({ message }) => message)).toEqual([
    expect.stringContaining("the environment variable KEPT_BACK,"),
  ]);
  const [page, settings] = ["pages/a.md", "workshop.yaml"].map((file) =>
    relative(productRoot, join(lab, file)),
  );
  expect([...steps, ...refused].map(({ file }) => file)).toEqual([page, settings]);
  expect(text).not.toContain("secret-value");
});

it("and lint takes and refuses the same, by flag and environment together", async () => {
  const { status, output } = await runCli(["lint", lab, ...FLAGS]);
  expect(output.match(/the environment variable \w+/g)).toEqual(["the environment variable KEPT_BACK"]);
  expect(status).toBe(1);
});
