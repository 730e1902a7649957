import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { productRoot, temporaryFolder } from "./lectern-process.js";

interface Action {
  inputs: Record<string, { default?: string }>;
  runs: { steps: { name?: string; run?: string; env?: Record<string, string> }[] };
}

interface GitLabJobs {
  "validate-labs": { variables: Record<string, string>; script: string[] };
}

const folder = temporaryFolder();
afterAll(() => folder.remove());
const labs = { bad: writeLab("bad/lab", "false"), good: writeLab("good/lab", "true") };

// The lines of the files are run as a service would run them, by bash, with what it puts in their place.
describe("labs in somebody's continuous integration", { timeout: 240_000 }, () => {
  it("are replayed by the action of GitHub, each with its report, whatever becomes of the one before", () => {
    const action = parse(readFileSync(join(productRoot, "deploy/ci/action.yml"), "utf8")) as Action;
    const step = action.runs.steps.find(({ name }) => name === "Validate");
    expect(Object.keys(step?.env ?? {}).toSorted()).toEqual([
      "ACTION",
      "LABS",
      "LECTERN_REPORTS",
      "LECTERN_VALIDATE_OPTIONS",
    ]);
    const reports = join(folder.path, "github-reports");
    const { status, output } = run(step?.run ?? "", {
      ACTION: join(productRoot, "deploy/ci"),
      LABS: `${labs.bad}\n\n${labs.good}\n`,
      LECTERN_REPORTS: reports,
      LECTERN_VALIDATE_OPTIONS: action.inputs["options"]?.default ?? "none",
      GITHUB_ACTIONS: "true",
    });
    expect([status, output]).toEqual([1, expect.stringContaining("FAILED")]);
    expect(readFileSync(join(reports, "lab.xml"), "utf8")).toContain("<failure");
    expect(readFileSync(join(reports, "lab-2.xml"), "utf8")).toMatch(/<testcase(?![^]*<failure)/);
    expect(readdirSync(join(reports, "lab-2-recordings"))).not.toEqual([]);
  });

  it("are replayed by the job of GitLab, with options besides", () => {
    const file = readFileSync(join(productRoot, "deploy/ci/gitlab-ci.yml"), "utf8");
    const job = (parse(file) as GitLabJobs)["validate-labs"];
    const script = job.script.join("\n").replaceAll("/opt/lectern/", `${productRoot}/`);
    const reports = join(folder.path, "gitlab-reports");
    const { status, output } = run(script, {
      ...job.variables,
      LECTERN_LABS: labs.good,
      LECTERN_REPORTS: reports,
      LECTERN_VALIDATE_OPTIONS: "--prove\n--retry-flaky 1\n",
    });
    expect([status, output]).toEqual([0, expect.stringContaining("passed")]);
    expect(existsSync(join(reports, "lab.xml"))).toBe(true);
  });

  it("end with the status of the worst, also where one is not there or none is named", () => {
    const script = join(productRoot, "deploy/ci/validate-labs.sh");
    const reports = join(folder.path, "reports");
    const missing = run('"$SCRIPT" /no-such-lab', { SCRIPT: script, LECTERN_REPORTS: reports });
    expect([missing.status, missing.output]).toEqual([2, expect.stringContaining("/no-such-lab")]);
    const none = run('"$SCRIPT"', { SCRIPT: script, LECTERN_REPORTS: reports });
    expect([none.status, none.output]).toEqual([2, expect.stringContaining("expected the folders of labs")]);
  });

  it("are told that Lectern could not be installed", () => {
    const elsewhere = join(folder.path, "elsewhere");
    mkdirSync(join(elsewhere, "deploy"), { recursive: true });
    cpSync(join(productRoot, "deploy/ci"), join(elsewhere, "deploy/ci"), { recursive: true });
    const reports = join(folder.path, "elsewhere-reports");
    const { status, output } = run(`"${elsewhere}/deploy/ci/validate-labs.sh" ${labs.good}`, {
      LECTERN_REPORTS: reports,
    });
    expect([status, output]).toEqual([3, expect.stringMatching(/could not be installed in .*install\.log/)]);
  });
});

function run(script: string, env: Record<string, string>): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("bash", ["-eo", "pipefail", "-c", script], {
    encoding: "utf8",
    cwd: folder.path,
    env: { ...process.env, TMPDIR: folder.path, ...env },
    timeout: 200_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

function writeLab(name: string, command: string): string {
  const lab = join(folder.path, name);
  mkdirSync(join(lab, "pages"), { recursive: true });
  writeFileSync(join(lab, "workshop.yaml"), "title: A lab\npages: [one]\n");
  writeFileSync(join(lab, "pages/one.md"), `# One\n\n\`\`\`execute-1\n${command}\n\`\`\`\n`);
  return lab;
}
