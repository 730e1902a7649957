import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { missingForContainers } from "../../containers/node/requirements.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { expectNothingLeft, makeScratch, pageOf, writeCommandLab } from "./command-labs.js";
import { runCli, temporaryFolder } from "./lectern-process.js";

const folder = temporaryFolder();
const scratch = makeScratch(folder.path);
const env = { TMPDIR: scratch };
const writeLab = (name: string, ...commands: string[]) => writeCommandLab(folder.path, name, ...commands);
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

  it("says before it begins that it cannot keep what it is to keep", async () => {
    const [lab, file] = [writeLab("kept", "true"), join(folder.path, "a-file")];
    writeFileSync(file, "as it was");
    const refused = async (...flags: string[]) => {
      const { status, output } = await runCli(["validate", lab, "--reporter", "json", ...flags], env);
      expect([status, output]).toEqual([2, expect.not.stringContaining("Kept")]);
      return output;
    };
    expect(await refused("--recordings", join(file, "casts"))).toMatch(
      /The recordings could not be written: ENOTDIR/,
    );
    expect(await refused("--out", join(file, "r.json"))).toMatch(/The report could not be written: ENOTDIR/);
    for (const out of ["/proc/none/r.json", "/proc/r.json", "/sys/kernel/r.json", folder.path])
      expect(await refused("--out", out)).toMatch(/The report could not be written: E\w+.*Name a place/);
    expect(await refused("--recordings", "/proc/none/casts")).toMatch(
      /The recordings could not be written: E\w+/,
    );
    expect(await refused("--out", file, "--recordings", "/proc/casts")).toContain("The recordings");
    expect(readFileSync(file, "utf8")).toBe("as it was");
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
});

it("nothing of them is left behind, neither processes nor folders", () => {
  expectNothingLeft(scratch);
});
