import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { askOwnCluster } from "../../server/supervisor/own-cluster.js";
import { expectNothingLeft, makeScratch, writeCommandLab } from "../server/command-labs.js";
import {
  processesOf,
  productRoot,
  runCli,
  supervisedPid,
  temporaryFolder,
  until,
} from "../server/lectern-process.js";

const folder = temporaryFolder();
const scratch = makeScratch(folder.path);
const env = { TMPDIR: scratch };
const writeLab = (name: string, ...commands: string[]) => writeCommandLab(folder.path, name, ...commands);
afterAll(() => folder.remove());

/** Several start at once, on a machine that may have much else to do. */
const BEGUN_MS = 200_000;
const TEST_MS = 2 * BEGUN_MS;

/** They wait, for the most part: for deadlines, and for what was killed. */
describe.concurrent("a validation that is ended, or held up", { timeout: TEST_MS }, () => {
  it("ends at Ctrl-C in the middle of a command that would outlast this test", async () => {
    const lab = writeLab("endless", "sleep 7350");
    const child = spawn(process.execPath, ["bin/lectern.js", "validate", lab], {
      cwd: productRoot,
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    await until("the command runs", BEGUN_MS, () => isRunning("sleep\u00007350"));
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(child.exitCode).toBe(130);
  });

  it("ends when its time is over with a status of its own, and says what it was at", async () => {
    const lab = writeLab("lasting", "sleep 7351");
    const { status, output } = await runCli(["validate", lab, "--timeout", "10s"], env);
    expect([status, output]).toEqual([
      4,
      expect.stringMatching(
        /did not come to its end within 10 s\. It was .*Give it more time.*SERVER_TIMED_OUT/s,
      ),
    ]);
  });

  it("has no verdict when the terminal host is killed in mid-run, and says what was lost with it", async () => {
    const validation = start("killed-host", "sleep 7352", "echo after");
    await until("the command runs", BEGUN_MS, () => isRunning("sleep\u00007352"));
    process.kill(supervisedPid(validation.data() ?? "", "terminal"), "SIGKILL");
    const { status, output } = await validation.ended;
    expect(status).toBe(3);
    expect(output).toContain("terminal host ended (SIGKILL)");
    expect(output).toMatch(/has stopped\. It was at block 0 of "Killed-host" \(.*\): sleep 7352/);
    expect(output).toContain("The terminal host was started again meanwhile: the shells it had have ended");
  });

  it("says that the cluster does not answer when it stops in mid-run, and what is left there", async () => {
    const cluster = await startOwnCluster();
    const lab = writeLab("stopped-cluster", "sleep 7353");
    writeFileSync(
      lab,
      '# Stopped\n\n```execute-1\ntouch begun; sleep 8.003\n```\n\n```execute-1 until="configmap/late exists" timeout=5s\ntrue\n```\n',
    );
    const validation = start(["validate", lab, "--kubeconfig", cluster.kubeconfig]);
    await until("the command runs", BEGUN_MS, () => isRunning("sleep\u00008.003"));
    cluster.freeze();
    const { status, output } = await validation.ended;
    await cluster.kill();
    expect([status, output]).toEqual([3, expect.stringContaining("The validation has stopped. It was ")]);
    expect(output).toMatch(/cluster did not answer|API server at \S+ does not answer/);
    expect(output).toMatch(/The session stopped-cluster-\w+ could not be ended: .*kubectl delete session/);
  });

  it("ends at Ctrl-C also where the cluster does not answer", async () => {
    const cluster = await startOwnCluster();
    const lab = writeLab("frozen-cluster", "sleep 7354");
    const validation = start(["validate", lab, "--kubeconfig", cluster.kubeconfig]);
    await until("the command runs", BEGUN_MS, () => isRunning("sleep\u00007354"));
    cluster.freeze();
    validation.interrupt();
    const { status, output } = await validation.ended;
    await cluster.kill();
    expect([status, output]).toEqual([130, expect.stringContaining("could not be ended")]);
  });

  it("ends at Ctrl-C while it still starts", async () => {
    const validation = start("early", "true");
    await until("it starts", BEGUN_MS, validation.data);
    validation.interrupt();
    expect((await validation.ended).status).toBe(130);
  });
});

it("nothing of them is left behind, neither processes nor folders", () => {
  expectNothingLeft(scratch);
});

/** Runs a validation, of a lab of these commands or with these arguments, with its data in a folder of its own. */
function start(lab: string | string[], ...commands: string[]) {
  const args = typeof lab === "string" ? ["validate", writeLab(lab, ...commands)] : lab;
  const own = mkdtempSync(join(scratch, "own-"));
  chmodSync(own, 0o711);
  const child = spawn(process.execPath, ["bin/lectern.js", ...args], {
    cwd: productRoot,
    env: { ...process.env, TMPDIR: own },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const ended = new Promise<{ status: number | null; output: string }>((resolve) =>
    child.once("close", (status) => resolve({ status, output })),
  );
  const data = (): string | undefined => {
    const name = readdirSync(own).find((one) => one.startsWith("lectern-validate"));
    return name === undefined ? undefined : join(own, name);
  };
  return { ended, interrupt: () => child.kill("SIGINT"), data };
}

/** Each test sleeps for a number of seconds that nothing else on the machine sleeps for. */
function isRunning(command: string): true | undefined {
  return processesOf(command).length > 0 ? true : undefined;
}

/** A cluster without a supervisor that would bring it back. */
async function startOwnCluster() {
  const data = mkdtempSync(join(folder.path, "cluster-"));
  const child = spawn(process.execPath, ["dist/cluster/main.js", "--data", data], {
    cwd: productRoot,
    stdio: "ignore",
  });
  const kubeconfig = join(data, "kubeconfig");
  await until("the cluster answers", BEGUN_MS, async () =>
    existsSync(kubeconfig) && (await answers(kubeconfig)) ? true : undefined,
  );
  return {
    kubeconfig,
    freeze: () => child.kill("SIGSTOP"),
    kill: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}

function answers(kubeconfig: string): Promise<boolean> {
  return askOwnCluster(kubeconfig, "/livez", AbortSignal.timeout(2_000)).then(
    () => true,
    () => false,
  );
}
