import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ValidationReport } from "../../workshop/node/validation-report.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const seed = join(root, "../shared/seed/image-registry-policies.md");
const seedChecks = join(root, "test/labs/seed.checks.yaml");
const hasSeed = existsSync(seed);
if (!hasSeed) process.stderr.write(`left out: the image policies page word for word (${seed} is not here)\n`);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-validate-test-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("lectern validate", () => {
  it("passes the shipped image-policies lab: refused under the policies, running without them", async () => {
    const { status, report } = await validate(join(root, "content/image-registry-policies"));
    expect(status, JSON.stringify(report?.steps.filter(({ state }) => state === "failed"))).toBe(0);
    const refused = report?.steps.find(({ text }) => text.includes("get events"))?.result?.checks ?? [];
    expect(refused.map(({ detail }) => detail).join("\n")).toContain(
      "Policy no-busybox-image-policy refused the image busybox of container busybox",
    );
  });

  it("fails a lab whose step fails, with status 1 and the step's place", async () => {
    const page = join(folder, "broken.md");
    writeFileSync(
      page,
      "# Broken\n\n```execute\ntrue\n```\n\n```execute\nkubectl get pods --no-such-flag\n```\n",
    );
    const { status, report } = await validate(page);
    expect(status).toBe(1);
    expect(report?.steps.map(({ state, line }) => [state, line])).toEqual([
      ["passed", 3],
      ["failed", 7],
    ]);
    expect(report?.steps[1]?.message).toMatch(
      /^The command ended with status 1, not with 0: error: unknown flag: --no-such-flag$/i,
    );
  });

  it("says which commands nobody would miss", async () => {
    const page = join(folder, "spare.md");
    writeFileSync(
      page,
      "# Spare\n\n```execute\ntouch made\n```\n\n```execute\ndate\n```\n\n```execute match=/made/\nls\n```\n",
    );
    const { status, report } = await validate(page, "--mutate", "--parallel", "2");
    expect(status).toBe(0);
    const mutants = report?.mutants ?? [];
    expect(mutants.map(({ line, isMissed, missedBy }) => [line, isMissed, missedBy?.line])).toEqual([
      [3, true, 11],
      [7, false, undefined],
      [11, true, 11],
    ]);
  });

  it("fails a check that was true before its step where that is asked for", async () => {
    const page = join(folder, "proves-nothing.md");
    writeFileSync(page, '# Nothing\n\n```execute until="configmap/never absent"\ntrue\n```\n');
    const { status, report } = await validate(page, "--prove");
    expect(status).toBe(1);
    expect(report?.problems).toMatchObject([{ severity: "error", rule: "true-before", line: 3 }]);
  });

  it("replays a lab that fails, and tells what did not fail again", async () => {
    const lab = join(folder, "flaky");
    mkdirSync(join(lab, "checks"), { recursive: true });
    mkdirSync(join(lab, "pages"));
    writeFileSync(join(lab, "workshop.yaml"), "title: Flaky\n");
    writeFileSync(join(lab, "pages/one.md"), "# One\n\n```execute check=checks/now.sh\ntrue\n```\n");
    const check = join(lab, "checks/now.sh");
    writeFileSync(check, "echo not yet\nexit 1\n");
    const { status, report } = await validate(lab, "--retry-flaky", "5", (said) => {
      if (said.includes("replayed")) writeFileSync(check, "exit 0\n");
    });
    expect(status).toBe(0);
    expect(report?.steps.map(({ state }) => state)).toEqual(["passed"]);
    expect(report?.problems).toContainEqual(
      expect.objectContaining({
        severity: "warning",
        rule: "flaky",
        line: 3,
        message: expect.stringContaining("not yet") as string,
      }),
    );
  });

  it("answers a lab that cannot be read with status 2", async () => {
    expect((await validate(join(folder, "none.md"))).status).toBe(2);
  });
});

describe.skipIf(!hasSeed)("the image policies page, word for word", { concurrent: true }, () => {
  it("passes with what a person does at the console stood in for", async () => {
    const { status, report } = await validate(seed, "--checks", seedChecks);
    expect(status, JSON.stringify(report?.steps.filter(({ state }) => state === "failed"))).toBe(0);
    expect(report?.steps.filter(({ state }) => state === "passed")).toHaveLength(5);
    expect(report?.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("fails without the policies and names the expectation that was not met", async () => {
    const { status, report } = await validate(seed, "--checks", seedChecks, "--no-stand-ins");
    expect(status).toBe(1);
    const failed = report?.steps.filter(({ state }) => state === "failed").map(({ message }) => message);
    expect(failed?.[0]).toContain("The events do not name FailedCreate yet.");
    expect(failed?.[1]).toContain("The output does not show FailedCreate and no-busybox-image-policy.");
  });
});

async function validate(
  lab: string,
  ...given: (string | ((said: string) => void))[]
): Promise<{ status: number; report?: ValidationReport }> {
  const flags = given.filter((flag) => typeof flag === "string");
  const listeners = given.filter((flag) => typeof flag === "function");
  const out = join(mkdtempSync(join(folder, "report-")), "report.json");
  const args = [join(root, "bin/lectern.js"), "validate", lab, "--reporter", "json", "--out", out, ...flags];
  const status = await new Promise<number>((resolve) => {
    const child = execFile(process.execPath, args, { timeout: 100_000 }, () => resolve(child.exitCode ?? -1));
    for (const onSaid of listeners) child.stderr?.on("data", (said: string) => onSaid(said));
  });
  return existsSync(out)
    ? { status, report: JSON.parse(readFileSync(out, "utf8")) as ValidationReport }
    : { status };
}
