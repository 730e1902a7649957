import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { KubectlCluster } from "../admission/kubectl-for-tests.js";
import { kubectlMissing, startKubectlCluster } from "../admission/kubectl-for-tests.js";

const missing = kubectlMissing();
if (missing) console.warn(`tests with kubectl are skipped: ${missing}`);

describe.skipIf(missing)("kubectl", () => {
  let cluster: KubectlCluster;

  beforeAll(async () => {
    cluster = await startKubectlCluster();
    const setup = [
      "create namespace lab",
      "create serviceaccount bot -n lab",
      "create role reader --verb=get,list --resource=pods -n lab",
      "create rolebinding reader --role=reader --serviceaccount=lab:bot -n lab",
    ];
    for (const command of setup) {
      const { exitCode, stderr } = await cluster.kubectl(command.split(" "));
      expect([exitCode, stderr]).toEqual([0, ""]);
    }
  });

  afterAll(() => cluster.close());

  const BOT = "--as=system:serviceaccount:lab:bot";

  test("auth can-i answers yes and no, with the exit code scripts rely on", async () => {
    expect(await cluster.kubectl(["auth", "can-i", "list", "pods", "-n", "lab", BOT])).toMatchObject({
      stdout: "yes\n",
      exitCode: 0,
    });
    expect(await cluster.kubectl(["auth", "can-i", "list", "secrets", "-n", "lab", BOT])).toMatchObject({
      stdout: "no\n",
      exitCode: 1,
    });
    expect(await cluster.kubectl(["auth", "can-i", "list", "pods", BOT])).toMatchObject({
      stdout: "no\n",
      exitCode: 1,
    });
  });

  test("auth can-i --list shows the role and what everybody may", async () => {
    const { stdout } = await cluster.kubectl(["auth", "can-i", "--list", "-n", "lab", BOT]);
    expect(stdout).toMatch(/^pods\s+\[\]\s+\[\]\s+\[get list\]$/m);
    expect(stdout).toMatch(/^selfsubjectaccessreviews\.authorization\.k8s\.io\s/m);
    expect(stdout).toMatch(/\[\/healthz\]/);
  });

  test("auth whoami shows who one acts as", async () => {
    const { stdout } = await cluster.kubectl(["auth", "whoami", "--as=ada", "--as-group=dev"]);
    expect(stdout).toMatch(/Username\s+ada/);
    expect(stdout).toMatch(/Groups\s+\[dev system:authenticated\]/);
  });

  test("a denied request says who may not do what where", async () => {
    expect(await cluster.kubectl(["get", "secrets", "-n", "lab", BOT])).toMatchObject({
      exitCode: 1,
      stderr:
        'Error from server (Forbidden): secrets is forbidden: User "system:serviceaccount:lab:bot" cannot list resource "secrets" in API group "" in the namespace "lab"\n',
    });
    expect((await cluster.kubectl(["get", "nodes", BOT])).stderr).toContain(
      'nodes is forbidden: User "system:serviceaccount:lab:bot" cannot list resource "nodes" in API group "" at the cluster scope',
    );
  });

  test("create token gives a token that opens what the account may see, and nothing else", async () => {
    const { stdout } = await cluster.kubectl(["create", "token", "bot", "-n", "lab", "--duration=10m"]);
    const as = ["--token", stdout.trim(), "-n", "lab"];
    const allowed = await cluster.kubectl(["get", "pods", ...as]);
    expect([allowed.exitCode, allowed.stderr]).toEqual([0, "No resources found in lab namespace.\n"]);
    expect((await cluster.kubectl(["get", "configmaps", ...as])).stderr).toContain("cannot list resource");
    expect(
      (await cluster.kubectl(["get", "pods", "--token", `${stdout.trim()}x`, "-n", "lab"])).stderr,
    ).toContain("Unauthorized");
  });

  test("nobody grants what they do not hold", async () => {
    await cluster.kubectl("create role maker --verb=create --resource=rolebindings -n lab".split(" "));
    await cluster.kubectl("create rolebinding maker --role=maker --user=eve -n lab".split(" "));
    const { exitCode, stderr } = await cluster.kubectl(
      "create rolebinding more --clusterrole=view --user=eve --as=eve -n lab".split(" "),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'user "eve" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
    );
  });
});
