import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import { SessionProvisioner } from "../../workshop/node/session-provisioner.js";
import { createSession, endSession, extendSession, getSession } from "../../workshop/node/sessions.js";
import type { TestPlatform } from "./test-platform.js";

const run = promisify(execFile);
const page = new URL("./testdata/one-page.md", import.meta.url).pathname;

let platform: TestPlatform;
let lab: Lab;

/** The same claims about sessions, made about any cluster. */
export function describeSessions(title: string, startPlatform: () => Promise<TestPlatform>): void {
  describe(title, { timeout: 60_000 }, () => {
    let stopController: (() => void) | undefined;

    beforeAll(async () => {
      platform = await startPlatform();
      lab = await loadLab(page);
      stopController = await startSessionController({
        ...platform,
        policies: platform.policies.service,
        terminals: platform.host,
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
    expect(performance.now() - started).toBeLessThan(2000);
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
    const home = join(platform.settings.homesFolder, session.metadata.name);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, ".kube/config")).mode & 0o777).toBe(0o600);
    if (process.getuid?.() === 0) expect(statSync(home).uid).toBe(session.spec.uid);
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
    const home = join(platform.settings.homesFolder, session.metadata.name);
    const kubeconfig = readFileSync(join(home, ".kube/config"), "utf8");
    await endSession(platform.client, session.metadata.name);
    await eventually(async () => {
      await expect(platform.client.get(`/api/v1/namespaces/${session.spec.namespace}`)).rejects.toMatchObject(
        { status: 404 },
      );
      expect(existsSync(home)).toBe(false);
      expect(await platform.host.list(session.metadata.name)).toEqual([]);
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
    const file = join(platform.settings.homesFolder, session.metadata.name, ".kube/config");
    const old = `${platform.kubeconfig}-old`;
    writeFileSync(old, readFileSync(file), { mode: 0o600 });
    const extended = await extendSession(platform.client, session.metadata.name, 30, platform.settings);
    expect(Date.parse(extended.spec.expiresAt) - Date.parse(session.spec.expiresAt)).toBe(30 * 60_000);
    expect(await kubectl(session, "get", "sa", "learner", "-o", "name")).toBe("serviceaccount/learner");
    await expect(run("kubectl", ["--kubeconfig", old, "get", "pods"])).rejects.toThrow();
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
    const provisioner = new SessionProvisioner({ ...platform, policies: failing, terminals: platform.host });
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
    expect(existsSync(join(platform.settings.homesFolder, name))).toBe(false);
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

  it("never shares its account with another one made at the same moment", async () => {
    // These two names ask for the same account: 97 * 31 + 119 is 99 * 31 + 57.
    const names = ["same-aw", "same-c9"];
    const made = await Promise.all(
      names.map((name) => createSession(platform.client, lab, { name, startedBy: "learner" })),
    );
    const [one, other] = made.map(({ spec }) => spec.uid);
    if (process.getuid?.() === 0) expect(one).toBeTypeOf("number");
    expect(one === undefined || one !== other).toBe(true);
    await Promise.all(names.map((name) => endSession(platform.client, name)));
  });

  it("that is made again after its server died begins with an empty home", async () => {
    const session = await startSession();
    const home = join(platform.settings.homesFolder, session.metadata.name);
    writeFileSync(join(home, "left-over"), "");
    await platform.provisioner.provision(session, lab);
    expect(existsSync(join(home, "left-over"))).toBe(false);
    expect(existsSync(join(home, ".kube/config"))).toBe(true);
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
  const kubeconfig = join(platform.settings.homesFolder, session.metadata.name, ".kube/config");
  const { stdout } = await run("kubectl", ["--kubeconfig", kubeconfig, ...args], { timeout: 20_000 });
  return stdout.trim();
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
