import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { processesOf, productRoot, runCli, temporaryFolder, until } from "./lectern-process.js";

const folder = temporaryFolder();
/** Validations keep their data here, so that the tests see what is left of it. */
const scratch = mkdtempSync(join(folder.path, "scratch-"));
chmodSync(scratch, 0o711);
const env = { TMPDIR: scratch };
afterAll(() => folder.remove());

describe("lectern validate", () => {
  it("shows each step with its time, and ends with 0 when all pass", async () => {
    const lab = writeLab("good", "echo hello-$((40 + 2))", "kubectl get pods");
    const { status, output } = await runCli(["validate", lab], env);
    expect([status, output]).toEqual([
      0,
      expect.stringMatching(/ok +0 {2}echo hello-\$\(\(40 \+ 2\)\) {2}\(\d+\.\d s\)/),
    ]);
    expect(output).toMatch(/Good: passed in .* \(2 passed, 0 failed, 0 skipped\)/);
  });

  it("ends with 1 when a step fails, writes the report, and keeps the recordings", async () => {
    const lab = writeLab("bad", "true", "ls /no-such-folder");
    const [out, recordings] = [join(folder.path, "report.json"), join(folder.path, "casts")];
    const { status, output } = await runCli(
      ["validate", lab, "--reporter", "json", "--out", out, "--recordings", recordings],
      env,
    );
    expect([status, output]).toEqual([1, expect.stringContaining("FAILED")]);
    const report = JSON.parse(readFileSync(out, "utf8")) as ValidationReport;
    expect(report.steps.map(({ state }) => state)).toEqual(["passed", "failed"]);
    const [cast = ""] = readdirSync(recordings);
    expect(readFileSync(join(recordings, cast), "utf8")).toMatch(/^\{"version":2,[^]*no-such-folder/);
  });

  it("ends with 2 when the lab cannot be read, and 3 when the cluster is not there", async () => {
    expect((await runCli(["validate", join(folder.path, "nothing")], env)).status).toBe(2);
    const kubeconfig = join(folder.path, "kubeconfig");
    writeFileSync(kubeconfig, "clusters: []");
    expect(
      (await runCli(["validate", writeLab("fine", "true"), "--kubeconfig", kubeconfig], env)).status,
    ).toBe(3);
  });

  it("ends soon after Ctrl-C in the middle of a long command", async () => {
    const lab = writeLab("endless", "sleep 1000");
    const child = spawn(process.execPath, ["bin/lectern.js", "validate", lab], {
      cwd: productRoot,
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    await until("the command runs", 30_000, () =>
      processesOf("sleep\u00001000").length > 0 ? true : undefined,
    );
    const since = Date.now();
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
    expect([child.exitCode, Date.now() - since < 5_000]).toEqual([130, true]);
  });

  it("leaves neither processes nor folders behind", () => {
    expect(processesOf(scratch)).toEqual([]);
    expect(readdirSync(scratch).filter((name) => name.startsWith("lectern-validate"))).toEqual([]);
  });
});

function writeLab(name: string, ...commands: string[]): string {
  const file = join(folder.path, `${name}.md`);
  const blocks = commands.map((command) => `\`\`\`execute-1\n${command}\n\`\`\`\n`);
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  writeFileSync(file, [`# ${title}\n`, ...blocks].join("\n"));
  return file;
}
