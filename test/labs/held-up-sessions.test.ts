import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unlessAborted } from "../../kubernetes/node/deadline.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { soleLeadership } from "../../kubernetes/node/leader-election.js";
import { readKubeconfig } from "../../server/supervisor/preflight.js";
import type { WorkshopParts } from "../../server/workshop/create-workshop.js";
import { createSessionCache } from "../../server/workshop/session-cache.js";
import { makePendingSessions } from "../../server/workshop/session-maker.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import { SESSIONS_PATH } from "../../workshop/node/session-crd.js";
import { SessionProvisioner } from "../../workshop/node/session-provisioner.js";
import { SessionQueue } from "../../workshop/node/session-queue.js";
import { createSession, getSession } from "../../workshop/node/sessions.js";
import { isAway } from "../../workshop/node/while-away.js";
import { type ClusterGate, startClusterGate } from "../resilience/cluster-gate.js";
import { temporaryFolder } from "../server/lectern-process.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const page = new URL("./testdata/one-page.md", import.meta.url).pathname;
const folder = temporaryFolder();
let platform: TestPlatform;
let gate: ClusterGate;
let lab: Lab;
/** Makes sessions on the far side of the gate. */
let client: KubernetesClient;
let provisioner: SessionProvisioner;
/** How long it may take. */
let limitMs: number;

describe("a session whose making is held up", () => {
  beforeAll(async () => {
    platform = await startTestPlatform();
    gate = await startClusterGate(platform.kubeconfig, join(folder.path, "kubeconfig"));
    client = new KubernetesClient(await readKubeconfig(gate.kubeconfig));
    const { host, settings, policies } = platform;
    const parts = { client, host, settings, policies: policies.service };
    provisioner = new SessionProvisioner(Object.defineProperty(parts, "limitMs", { get: () => limitMs }));
    lab = await loadLab(page);
  });
  afterAll(async () => {
    client?.close();
    await gate?.close();
    await platform?.close();
    folder.remove();
  });

  it("is not given up: whoever makes it hears that the cluster is away, and makes it when that is back", async () => {
    const session = await wanted();
    shut();
    const error = await provisioner.provision(session, lab).catch((thrown: unknown) => thrown);
    expect([isAway(error), String(error)]).toEqual([true, expect.stringContaining("does not answer")]);
    open();
    expect(await phaseOf(session)).not.toBe("Failed");
    await provisioner.provision(session, lab);
    expect(await phaseOf(session)).toBe("Active");
  });

  it("is made by its server when the cluster is back, and not cleared away as one that nobody makes", async () => {
    const leadership = soleLeadership();
    const cache = createSessionCache();
    const warnings: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) });
    const session = await wanted();
    const stop = await startSessionController({
      client: platform.client,
      host: platform.host,
      server: platform.settings.server ?? "",
      isBeingMade: (name) => cache.isMaking(name),
      onSession: (changed) => cache.put(changed),
    });
    shut();
    makePendingSessions({
      cache,
      labs: new Map([[lab.name, lab]]),
      client,
      provisioner,
      provisioning: new SessionQueue(),
      leadership,
      log,
    } as unknown as WorkshopParts);
    await expect.poll(() => warnings.join("")).toContain("when the cluster is back");
    // Both as if they had been begun so long ago that whoever did so must have died; it has, of the second.
    const other = await wanted({ ...lab, name: "of-nobody" });
    const status = { phase: "Pending", startedAt: new Date(Date.now() - 3_600_000).toISOString() };
    for (const { metadata } of [session, other])
      await platform.client.merge(`${SESSIONS_PATH}/${metadata.name}/status`, { status });
    await expect.poll(() => phaseOf(other)).toBe("Failed");
    open();
    await expect.poll(() => phaseOf(session), { timeout: 60_000 }).toBe("Active");
    await leadership.close();
    stop();
  });

  it("has its quotas in force before its shells begin and it is anybody's, also where these are counted late", async () => {
    let asked = 0;
    let isCounted = false;
    const opened: boolean[] = [];
    const late = replaced(platform.client, {
      get: async <Body>(path: string): Promise<Body> => {
        const found = await platform.client.get<Body & { items: object[] }>(path);
        if (!path.endsWith("/resourcequotas")) return found;
        asked += 1;
        return isCounted
          ? found
          : { ...found, items: found.items.map((quota) => ({ ...quota, status: {} })) };
      },
    });
    const host = replaced(platform.host, {
      open: (...what: Parameters<SessionHost["open"]>) => {
        opened.push(isCounted);
        return platform.host.open(...what);
      },
    });
    const session = await wanted({ ...lab, name: "late-quotas" });
    const { settings, policies } = platform;
    const making = new SessionProvisioner({
      client: late,
      host,
      settings,
      policies: policies.service,
    }).provision(session, lab);
    await expect.poll(() => asked).toBeGreaterThan(2);
    expect(await phaseOf(session)).not.toBe("Active");
    isCounted = true;
    expect((await making).status?.phase).toBe("Active");
    expect(opened).toEqual([true]);
  });

  it("stays failed when what was still being made for it ends after its time", async () => {
    const late = new AbortController();
    const held = unlessAborted(new Promise<never>(() => undefined), late.signal);
    const { client: direct, host, settings, policies } = platform;
    const session = await wanted({ ...lab, name: "too-late" });
    const heard: (string | undefined)[] = [];
    const making = new SessionProvisioner({
      client: direct,
      host,
      settings,
      policies: replaced(policies.service, { createOrganization: () => held }),
      limitMs: 100,
    }).provision(session, lab, { onProgress: ({ status }) => void heard.push(status?.phase) });
    await expect(making).rejects.toThrow("it takes longer than 0.1 s");
    late.abort(new Error("too late"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard.indexOf("Failed")).toBe(heard.length - 1);
    expect(await phaseOf(session)).toBe("Failed");
  });
});

/** The same object, with some of its methods replaced. */
function replaced<T extends object>(of: T, methods: Partial<T>): T {
  return new Proxy(of, {
    get: (target, name) => {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function shut(): void {
  limitMs = 5_000;
  gate.shut();
}

function open(): void {
  limitMs = 120_000;
  gate.open();
}

function wanted(of = lab): Promise<SessionResource> {
  return createSession(platform.client, of, { startedBy: "learner", server: platform.settings.server });
}

async function phaseOf({ metadata }: SessionResource): Promise<string | undefined> {
  return (await getSession(platform.client, metadata.name)).status?.phase;
}
