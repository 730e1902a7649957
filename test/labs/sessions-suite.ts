import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import { SessionProvisioner } from "../../workshop/node/session-provisioner.js";
import { extendSession } from "../../workshop/node/session-time.js";
import { createSession, endSession, getSession } from "../../workshop/node/sessions.js";
import type { TestPlatform } from "./test-platform.js";

const run = promisify(execFile);
const page = new URL("./testdata/one-page.md", import.meta.url).pathname;

let platform: TestPlatform;
let lab: Lab;

/** The same claims about sessions, made about any cluster. */
export function describeSessions(title: string, startPlatform: () => Promise<TestPlatform>): void {
  describe(title, () => {
    let stopController: (() => void) | undefined;

    beforeAll(async () => {
      platform = await startPlatform();
      lab = await loadLab(page);
      stopController = await startSessionController({
        ...platform,
        policies: platform.policies.service,
      });
    });

    afterAll(async () => {
      stopController?.();
      await platform?.close();
    });

    claims();
  });
}

function claims(): void {
  it("is active with every step done, soon after it was asked for", async () => {
    await startSession();
    const started = performance.now();
    const session = await startSession();
    expect(performance.now() - started).toBeLessThan(2_000 * crowdingBesideTests());
    expect(session.status?.phase).toBe("Active");
    expect(session.status?.provisioning.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "namespace done",
      "access done",
      "policies done",
      "files done",
      "terminal done",
    ]);
    expect((await getSession(platform.client, session.metadata.name)).status?.phase).toBe("Active");
  });

  it("lets its learner into the own namespace and no other", async () => {
    const session = await startSession();
    const other = await startSession();
    const namespace = session.spec.namespace;
    expect(await kubectl(session, "get", "ns", namespace, "-o", "name")).toBe(`namespace/${namespace}`);
    expect(await kubectl(session, "create", "configmap", "mine")).toBe("configmap/mine created");
    await expect(kubectl(session, "get", "ns", other.spec.namespace)).rejects.toThrow(/Forbidden/);
    await expect(kubectl(session, "get", "pods", "-n", other.spec.namespace)).rejects.toThrow(/Forbidden/);
    await expect(kubectl(session, "get", "ns")).rejects.toThrow(/Forbidden/);
    await expect(kubectl(session, "delete", "resourcequota", "learner")).rejects.toThrow(/Forbidden/);
    await expect(
      kubectl(session, "label", "ns", namespace, "policy.lectern.dev/organization=other", "--overwrite"),
    ).rejects.toThrow(/Forbidden/);
    await expect(kubectl(session, "get", "sessions")).rejects.toThrow(/Forbidden/);
  });

  it("keeps its home closed to every other account", async () => {
    const session = await startSession();
    const said = await inside(session, "sh", "-c", "stat -c '%a %u' ~ ~/.kube/config; id -u");
    const [home, kubeconfig, uid] = said.split("\n");
    expect([home, kubeconfig]).toEqual([`700 ${uid}`, `600 ${uid}`]);
    if (process.getuid?.() === 0) expect(uid).not.toBe("0");
  });

  it("has an organization of its own with the workspaces the lab names", async () => {
    const session = await startSession();
    const organization = session.spec.organization;
    expect(organization).toBe(session.metadata.name);
    const manifest = {
      fullName: { name: "no-latest", workspaceName: "test-ws" },
      spec: {
        type: "image-policy",
        recipe: "block-latest-tag",
        recipeVersion: "v1",
        input: { audit: false },
      },
    };
    await expect(platform.policies.service.applyPolicy(organization, manifest)).resolves.toBeUndefined();
  });

  it("ends with one delete: namespace, token, home and shells are gone", async () => {
    const session = await startSession();
    const kubeconfig = await platform.host.read(session.metadata.name, ".kube/config");
    await endSession(platform.client, session.metadata.name);
    await eventually(async () => {
      await expect(platform.client.get(`/api/v1/namespaces/${session.spec.namespace}`)).rejects.toMatchObject(
        { status: 404 },
      );
      expect(await platform.host.sessions()).not.toContain(session.metadata.name);
      expect(await platform.host.terminals(session.metadata.name)).toEqual([]);
    });
    const kept = `${platform.kubeconfig}-kept`;
    writeFileSync(kept, kubeconfig, { mode: 0o600 });
    await expect(run("kubectl", ["--kubeconfig", kept, "get", "pods"])).rejects.toThrow(
      /Unauthorized|must be logged in|credentials/,
    );
    await expect(getSession(platform.client, session.metadata.name)).rejects.toMatchObject({
      code: "SESSION_NOT_FOUND",
    });
  });

  it("that is extended has a new token, and the old one is refused", async () => {
    const session = await startSession();
    const old = `${platform.kubeconfig}-old`;
    writeFileSync(old, await platform.host.read(session.metadata.name, ".kube/config"), { mode: 0o600 });
    const extended = await extendSession(platform, session.metadata.name, { minutes: 30 });
    expect(Date.parse(extended.spec.expiresAt) - Date.parse(session.spec.expiresAt)).toBe(30 * 60_000);
    expect(await kubectl(session, "get", "sa", "learner", "-o", "name")).toBe("serviceaccount/learner");
    await expect(run("kubectl", ["--kubeconfig", old, "get", "pods"])).rejects.toThrow();
  });

  it("that is extended keeps what its learner made of the kubeconfig", async () => {
    const session = await startSession();
    const own = [
      "kubectl config set-cluster mine --server=https://mine.example",
      "kubectl config set-credentials me --token=of-mine",
      "kubectl config set-context mine --cluster=mine --user=me",
      "kubectl config set-context lectern --namespace=elsewhere",
      "kubectl config use-context mine",
    ];
    await inside(session, "sh", "-c", `${own.join(" && ")} >&2`);
    const before = await inside(session, "kubectl", "config", "view", "--raw", "-o", "jsonpath={.users}");
    await extendSession(platform, session.metadata.name, { minutes: 30 });
    const kept = await inside(
      session,
      "kubectl",
      "config",
      "view",
      "--raw",
      "-o",
      "jsonpath={.current-context} {.contexts} {.clusters} {.users}",
    );
    expect(kept).toMatch(/^mine .*"namespace":"elsewhere".*https:\/\/mine\.example.*of-mine/);
    expect(kept).not.toContain(/"name":"learner","user":\{"token":"([^"]+)/.exec(before)?.[1] ?? "no token");
    const renewed = inside(
      session,
      "kubectl",
      "--context",
      "lectern",
      "-n",
      session.spec.namespace,
      "get",
      "sa",
      "learner",
      "-o",
      "name",
    );
    await expect(renewed).resolves.toBe("serviceaccount/learner");
    expect(await inside(session, "ls", "-A", ".kube")).not.toContain("new");
  });

  it("that is extended has a kubeconfig again where its learner threw it away", async () => {
    const session = await startSession();
    await inside(session, "rm", "-r", ".kube");
    await extendSession(platform, session.metadata.name, { minutes: 30 });
    expect(await kubectl(session, "get", "sa", "learner", "-o", "name")).toBe("serviceaccount/learner");
  });

  it.each([
    ["a folder", "rm .kube/config; mkdir .kube/config", "it is a folder"],
    ["a pipe", "rm .kube/config; mkfifo .kube/config", "it is not a file"],
    ["a file without end", "rm .kube/config; ln -s /dev/zero .kube/config", "it is not a file"],
    ["too large a file", "head -c 2M /dev/zero > .kube/config", "it is larger than a megabyte"],
    ["no kubeconfig", "echo 'a: [' > .kube/config", "yaml"],
    ["a closed folder", "chmod 0 .kube", "Permission denied"],
  ])("is not extended, and says why, where %s is its kubeconfig", async (_, line, why) => {
    const session = await startSession();
    const { name } = session.metadata;
    const token = await inside(session, "sh", "-c", "grep -o 'token: .*' .kube/config");
    await inside(session, "sh", "-c", line);
    await expect(extendSession(platform, name, { minutes: 30 })).rejects.toMatchObject({
      code: "SESSION_KUBECONFIG_UNUSABLE",
      message: expect.stringContaining(why) as string,
    });
    expect((await getSession(platform.client, name)).spec.expiresAt).toBe(session.spec.expiresAt);
    const said = inside(
      session,
      "kubectl",
      "--kubeconfig",
      "/dev/null",
      "--server",
      platform.client.config.getCurrentCluster()?.server ?? "",
      "--insecure-skip-tls-verify",
      "--token",
      token.slice("token: ".length),
      "-n",
      session.spec.namespace,
      "get",
      "sa",
      "learner",
      "-o",
      "name",
    );
    await expect(said, "the old token is still good").resolves.toBe("serviceaccount/learner");
    await platform.provisioner.end(session);
  });

  it("whose time is over is ended by the controller", async () => {
    const session = await startSession();
    await platform.client.merge(`/apis/lectern.dev/v1alpha1/sessions/${session.metadata.name}`, {
      spec: { expiresAt: new Date().toISOString() },
    });
    await eventually(() =>
      expect(getSession(platform.client, session.metadata.name)).rejects.toMatchObject({
        code: "SESSION_NOT_FOUND",
      }),
    );
  });

  it("that cannot be made says why and leaves neither namespace nor home", async () => {
    const failing = {
      ...platform.policies.service,
      createOrganization: () => Promise.reject(new Error("the hierarchy is closed")),
    };
    const provisioner = new SessionProvisioner({ ...platform, policies: failing });
    const pending = await createSession(platform.client, lab, { startedBy: "learner" });
    await expect(provisioner.provision(pending, lab)).rejects.toMatchObject({
      code: "SESSION_PROVISIONING_FAILED",
      message: expect.stringContaining("the hierarchy is closed") as string,
    });
    const name = pending.metadata.name;
    expect((await getSession(platform.client, name)).status).toMatchObject({
      phase: "Failed",
      reason: "the hierarchy is closed",
    });
    expect(await platform.host.sessions()).not.toContain(name);
    await eventually(() =>
      expect(platform.client.get(`/api/v1/namespaces/${name}`)).rejects.toMatchObject({ status: 404 }),
    );
  });

  it("takes its namespace with it at once, also where nobody collects what it owned", async () => {
    const session = await startSession();
    const path = `/apis/lectern.dev/v1alpha1/sessions/${session.metadata.name}`;
    await platform.client.merge(path, { metadata: { finalizers: ["lectern.dev/kept-by-a-test"] } });
    await endSession(platform.client, session.metadata.name);
    await eventually(() =>
      expect(platform.client.get(`/api/v1/namespaces/${session.spec.namespace}`)).rejects.toMatchObject({
        status: 404,
      }),
    );
    await platform.client.merge(path, { metadata: { finalizers: null } });
  });

  it("takes its organization with it at once, also where nobody collects what it owned", async () => {
    const session = await startSession();
    const path = `/apis/lectern.dev/v1alpha1/sessions/${session.metadata.name}`;
    await platform.client.merge(path, { metadata: { finalizers: ["lectern.dev/kept-by-a-test"] } });
    await platform.provisioner.end(session);
    const organization = platform.policies.service.getOrganization(session.spec.organization);
    await expect(organization).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" });
    await platform.client.merge(path, { metadata: { finalizers: null } });
  });

  it("does not take over, and does not delete, a namespace that is not its own", async () => {
    const name = `other-${Date.now() % 100_000}`;
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    await platform.client.create("/api/v1/namespaces", namespace);
    const pending = await createSession(platform.client, lab, { name, startedBy: "learner" });
    await expect(platform.provisioner.provision(pending, lab)).rejects.toMatchObject({
      code: "SESSION_PROVISIONING_FAILED",
    });
    await endSession(platform.client, name);
    const kept = await platform.client.get<{ metadata: object }>(`/api/v1/namespaces/${name}`);
    expect(kept.metadata).not.toHaveProperty("deletionTimestamp");
    await platform.client.remove(`/api/v1/namespaces/${name}`);
  });

  it("that is made again after its server died begins with an empty home", async () => {
    const session = await startSession();
    await platform.host.write(session.metadata.name, { path: "left-over", content: "" });
    await platform.provisioner.provision(session, lab);
    expect((await inside(session, "ls", "-A")).split("\n")).toEqual([".kube"]);
  });

  it("refuses a name that labs could not build on", async () => {
    await expect(
      createSession(platform.client, lab, { name: "a".repeat(26), startedBy: "learner" }),
    ).rejects.toMatchObject({ code: "SESSION_NAME_INVALID" });
    await expect(
      createSession(platform.client, lab, { name: "Über", startedBy: "learner" }),
    ).rejects.toMatchObject({ code: "SESSION_NAME_INVALID" });
  });
}

async function startSession(): Promise<SessionResource> {
  return platform.provisioner.provision(
    await createSession(platform.client, lab, { startedBy: "learner" }),
    lab,
  );
}

async function kubectl(session: SessionResource, ...args: string[]): Promise<string> {
  return inside(session, "kubectl", ...args);
}

/** Runs a program as the learner; throws what it says where it fails. */
async function inside(session: SessionResource, ...argv: string[]): Promise<string> {
  const result = await platform.host.exec(session.metadata.name, { argv, timeoutMs: 20_000 });
  const [stdout, stderr] = [result.stdout, result.stderr].map((bytes) => Buffer.from(bytes).toString("utf8"));
  if (result.exitStatus !== 0) throw new Error(stderr);
  return (stdout ?? "").trim();
}

/** Retries for 15 s: controllers act in their own time. */
async function eventually(claim: () => unknown): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await claim();
      return;
    } catch (error) {
      if (attempt === 150) throw error;
    }
    await sleep(100);
  }
}
