import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { missingForContainers } from "../../containers/node/requirements.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { askOwnCluster } from "../../server/supervisor/own-cluster.js";
import {
  processesOf,
  productRoot,
  runCli,
  supervisedPid,
  temporaryFolder,
  until,
} from "./lectern-process.js";

const folder = temporaryFolder();
/** Validations keep their data here, so that the tests see what is left of it. */
const scratch = mkdtempSync(join(folder.path, "scratch-"));
chmodSync(scratch, 0o711);
const env = { TMPDIR: scratch };
afterAll(() => folder.remove());

const WIDGETS = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.shop.example" },
  spec: {
    group: "shop.example",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};
const WIDGET = {
  apiVersion: "shop.example/v1",
  kind: "Widget",
  metadata: { name: "cog", namespace: "shop" },
};

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
    const [cast = "", objects = ""] = readdirSync(recordings);
    expect(readFileSync(join(recordings, cast), "utf8")).toMatch(/^\{"version":2,[^]*no-such-folder/);
    const kept = join(recordings, objects);
    expect([kept, output]).toEqual([
      join(recordings, "objects.yaml"),
      expect.stringContaining(`are in ${kept}`),
    ]);
    expect([report.objects, report.problems]).toEqual([[kept], []]);
    expect(readFileSync(kept, "utf8")).toMatch(/^# Objects of the namespace bad-[^]*\nkind: Namespace\n/);
  });

  it("says what it could not keep, with its verdict", async () => {
    const [lab, file] = [writeLab("kept", "true"), join(folder.path, "a-file")];
    writeFileSync(file, "");
    const { status, output } = await runCli(["validate", lab, "--recordings", join(file, "casts")], env);
    expect([status, output]).toEqual([0, expect.stringContaining("Kept: passed in")]);
    expect(output).toContain(`The recordings could not be copied to ${join(file, "casts")}: ENOTDIR`);
    const unwritten = await runCli(
      ["validate", lab, "--reporter", "json", "--out", join(file, "r.json")],
      env,
    );
    expect([unwritten.status, unwritten.output]).toEqual([2, expect.stringContaining("Kept: passed in")]);
    expect(unwritten.output).toMatch(/The report could not be written: E\w+/);
  });

  it("keeps what all namespaces of a cluster of one's own held when a step failed, custom kinds too", async () => {
    const lab = join(folder.path, "own");
    mkdirSync(join(lab, "pages"), { recursive: true });
    writeFileSync(join(lab, "workshop.yaml"), "title: Own\ncluster: own\n");
    const commands = [
      "kubectl create namespace shop && kubectl create configmap prices -n shop",
      `kubectl apply -f - <<X\n${JSON.stringify(WIDGETS)}\nX\nkubectl wait --for=condition=Established crd/widgets.shop.example`,
      `kubectl apply -f - <<X\n${JSON.stringify(WIDGET)}\nX`,
      "false",
    ];
    writeFileSync(join(lab, "pages/one.md"), pageOf("One", commands));
    const recordings = join(folder.path, "own-casts");
    const { status, output } = await runCli(["validate", lab, "--recordings", recordings], env);
    expect([status, output]).toEqual([1, expect.stringContaining("(3 passed, 1 failed, 0 skipped)")]);
    const objects = parseAllDocuments(readFileSync(join(recordings, "objects.yaml"), "utf8"));
    const names = objects.map((object) => {
      const { kind, metadata } = object.toJS() as { kind: string; metadata: Record<string, string> };
      return `${kind} ${metadata["namespace"] ?? ""}/${metadata["name"] ?? ""}`;
    });
    expect(names).toEqual(
      expect.arrayContaining(["ConfigMap shop/prices", "Widget shop/cog", "Namespace /shop"]),
    );
    expect(names.filter((name) => name.includes(" kube-"))).toEqual([]);
  });

  it("finds the nodes of a cluster of one's own by the names its lab gives them, to drain, to taint and to bring back", async () => {
    const lab = join(folder.path, "nodes");
    mkdirSync(join(lab, "pages"), { recursive: true });
    writeFileSync(
      join(lab, "workshop.yaml"),
      "title: Nodes\ncluster: own\nnodes: [controlplane, node01, node02]\n",
    );
    const nodeOfPods = `test "$(kubectl get pods -o jsonpath='{.items[*].spec.nodeName}' | tr ' ' '\\n' | sort -u | tr '\\n' ' ')" =`;
    const commands = [
      `kubectl get nodes | grep -E '^controlplane +Ready +control-plane '`,
      "kubectl create deployment web --image=nginx --replicas=4 && kubectl rollout status deployment web",
      `${nodeOfPods} "node01 node02 "`,
      "kubectl drain node01 --ignore-daemonsets && kubectl rollout status deployment web",
      `${nodeOfPods} "node02 "`,
      "kubectl get pods -o jsonpath='{.items[*].status.hostIP}' | grep -v 192.0.2.2",
      "kubectl uncordon node01 && kubectl taint node node02 away=yes:NoExecute && kubectl rollout status deployment web",
      `until ${nodeOfPods} "node01 "; do sleep 1; done`,
      "kubectl label node node01 disk=fast && kubectl get nodes -l disk=fast -o name | grep node/node01",
      // Its pods really run where the platform's do, in a network that the session's shells are in.
      missingForContainers() === undefined
        ? "kubectl expose deployment web --port=80 && kubectl exec deploy/web -- bash -lc 'id -u' && curl -s --retry 10 --retry-all-errors http://web | grep nginx"
        : "kubectl get pods -o jsonpath='{.items[*].status.message}' | grep simulated",
    ];
    writeFileSync(join(lab, "pages/one.md"), pageOf("One", commands));
    const { status, output } = await runCli(["validate", lab], env);
    expect([status, output]).toEqual([0, expect.stringContaining("(10 passed, 0 failed, 0 skipped)")]);
  });

  it("finds the further namespaces of a workshop of Educates, with their budgets and the standard their pods are held to", async () => {
    const lab = join(folder.path, "secondary");
    mkdirSync(join(lab, "workshop/content"), { recursive: true });
    mkdirSync(join(lab, "resources"));
    writeFileSync(join(lab, "workshop/config.yaml"), "");
    writeFileSync(
      join(lab, "resources/workshop.yaml"),
      "kind: Workshop\nmetadata: {name: secondary}\nspec:\n  title: Secondary\n  session:\n    namespaces:\n      secondary:\n      - {name: $(session_namespace)-dev, budget: small}\n      - {name: $(session_namespace)-free, role: view, policy: privileged}\n",
    );
    const commands = [
      "kubectl get quota secondary -n $SESSION_NAMESPACE-dev -o jsonpath={.spec.hard} | grep limits.memory.*1Gi",
      "kubectl run web --image=nginx -n $SESSION_NAMESPACE-free",
      "kubectl run web --image=nginx -n $SESSION_NAMESPACE-dev 2>&1 | grep 'violates PodSecurity'",
      "kubectl create namespace another",
    ];
    writeFileSync(join(lab, "workshop/content/one.md"), pageOf("One", commands));
    const { status, output } = await runCli(["validate", lab], env);
    expect([status, output]).toEqual([0, expect.stringContaining("(4 passed, 0 failed, 0 skipped)")]);
    expect(output).toContain(
      "spec.session.namespaces.secondary comes to namespaces of an embedded Kubernetes",
    );
    expect(output).toContain("spec.session.namespaces.secondary[1].role view is not given");
  });

  it("takes a folder that holds one page for that lab, as lint does, and names the pages where it holds two", async () => {
    const one = join(folder.path, "one-page");
    mkdirSync(one);
    writeFileSync(join(one, "x.md"), pageOf("X", ["true"]));
    expect((await runCli(["lint", one], env)).status).toBe(0);
    expect(await runCli(["validate", one], env)).toMatchObject({
      status: 0,
      output: expect.stringContaining("X: passed in") as string,
    });
    writeFileSync(join(one, "y.md"), pageOf("Y", ["true"]));
    const two = await runCli(["validate", one], env);
    expect([two.status, two.output]).toEqual([2, expect.stringMatching(/x\.md.*y\.md/)]);
  });

  it("ends with 2 when the lab cannot be read, and 3 when the cluster is not there", async () => {
    expect((await runCli(["validate", join(folder.path, "nothing")], env)).status).toBe(2);
    const kubeconfig = join(folder.path, "kubeconfig");
    writeFileSync(kubeconfig, "clusters: []");
    expect(
      (await runCli(["validate", writeLab("fine", "true"), "--kubeconfig", kubeconfig], env)).status,
    ).toBe(3);
  });

  it("ends at Ctrl-C in the middle of a command that would outlast this test", async () => {
    const lab = writeLab("endless", "sleep 7350");
    const child = spawn(process.execPath, ["bin/lectern.js", "validate", lab], {
      cwd: productRoot,
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    await until("the command runs", 60_000, () => isRunning("sleep\u00007350"));
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
    await until("the command runs", 60_000, () => isRunning("sleep\u00007352"));
    process.kill(supervisedPid(dataOfValidation(), "terminal"), "SIGKILL");
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
      '# Stopped\n\n```execute-1\ntouch begun; sleep 4.003\n```\n\n```execute-1 until="configmap/late exists" timeout=5s\ntrue\n```\n',
    );
    const validation = start(["validate", lab, "--kubeconfig", cluster.kubeconfig]);
    await until("the command runs", 60_000, () => isRunning("sleep\u00004.003"));
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
    await until("the command runs", 60_000, () => isRunning("sleep\u00007354"));
    cluster.freeze();
    validation.interrupt();
    const { status, output } = await validation.ended;
    await cluster.kill();
    expect([status, output]).toEqual([130, expect.stringContaining("could not be ended")]);
  });

  it("ends at Ctrl-C while it still starts", async () => {
    const validation = start("early", "true");
    await until("it starts", 60_000, () => (dataFolders().length > 0 ? true : undefined));
    validation.interrupt();
    expect((await validation.ended).status).toBe(130);
  });

  it("leaves neither processes nor folders behind", () => {
    expect(processesOf(scratch)).toEqual([]);
    expect(readdirSync(scratch).filter((name) => name.startsWith("lectern-validate"))).toEqual([]);
  });
});

/** Runs a validation; of a lab of these commands, or with these arguments. */
function start(lab: string | string[], ...commands: string[]) {
  const args = typeof lab === "string" ? ["validate", writeLab(lab, ...commands)] : lab;
  const child = spawn(process.execPath, ["bin/lectern.js", ...args], {
    cwd: productRoot,
    env: { ...process.env, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const ended = new Promise<{ status: number | null; output: string }>((resolve) =>
    child.once("close", (status) => resolve({ status, output })),
  );
  return { ended, interrupt: () => child.kill("SIGINT") };
}

/** Each test sleeps for a number of seconds that nothing else on the machine sleeps for. */
function isRunning(command: string): true | undefined {
  return processesOf(command).length > 0 ? true : undefined;
}

function dataFolders(): string[] {
  return readdirSync(scratch).filter((name) => name.startsWith("lectern-validate"));
}

function dataOfValidation(): string {
  return join(scratch, dataFolders()[0] ?? "");
}

/** A cluster without a supervisor that would bring it back. */
async function startOwnCluster() {
  const data = mkdtempSync(join(folder.path, "cluster-"));
  const child = spawn(process.execPath, ["dist/cluster/main.js", "--data", data], {
    cwd: productRoot,
    stdio: "ignore",
  });
  const kubeconfig = join(data, "kubeconfig");
  await until("the cluster answers", 60_000, async () =>
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

function writeLab(name: string, ...commands: string[]): string {
  const file = join(folder.path, `${name}.md`);
  writeFileSync(file, pageOf(`${name.charAt(0).toUpperCase()}${name.slice(1)}`, commands));
  return file;
}

function pageOf(title: string, commands: readonly string[]): string {
  const blocks = commands.map((command) => `\`\`\`execute-1\n${command}\n\`\`\`\n`);
  return [`# ${title}\n`, ...blocks].join("\n");
}
