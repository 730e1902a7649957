import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startCluster } from "../../cluster/start.js";
import type { Cluster } from "../../cluster/start.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { LeaderElection, LeaseLook } from "../../kubernetes/node/leader-election.js";

/** As long as the real ones to each other. */
const TIMES = { leaseMs: 2_000, renewMs: 1_400, retryMs: 200 };
/** For who must not lose the lease, however long the machine takes. */
const LONG_TIMES = { leaseMs: 60_000, renewMs: 42_000, retryMs: 200 };

const folder = mkdtempSync(join(tmpdir(), "lectern-election-"));
const config = new KubeConfig();
let cluster: Cluster;
let elections: LeaderElection[] = [];

beforeAll(async () => {
  cluster = await startCluster({ dataDir: folder });
  config.loadFromString(readFileSync(cluster.kubeconfigPath, "utf8"));
});
afterEach(async () => {
  await Promise.all(elections.map((election) => election.close()));
  elections = [];
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

describe("of several servers", () => {
  it("one leads, and when it is closed another does at once, without the Lease running out", async () => {
    const all = ["a", "b", "c"].map((name) => elect("closed", name));
    const first = await leaderOf(all);
    const others = all.filter((election) => election !== first);
    await first.close();
    expect(first.isLeader).toBe(false);
    const { spec } = await lease("closed");
    expect(spec.holderIdentity).not.toBe(first.name);
    await leaderOf(others);
  });

  it("one that the cluster hears no more has stopped before another begins", async () => {
    const reports: string[] = [];
    const [one, two] = [elect("unheard", "a"), elect("unheard", "b")];
    for (const election of [one, two]) {
      election.whileLeading((signal) => {
        reports.push(`${election.name} leads`);
        signal.addEventListener("abort", () => reports.push(`${election.name} stops`));
      });
    }
    const first = await leaderOf([one, two]);
    const other = first === one ? two : one;
    first.cutOff();
    await expect.poll(() => other.isLeader).toBe(true);
    expect(reports).toEqual([`${first.name} leads`, `${first.name} stops`, `${other.name} leads`]);
    expect((await lease("unheard")).spec.leaseTransitions).toBe(1);
  });

  it("one that slept so long that another may have taken the Lease does nothing more when it wakes", async () => {
    const reports: string[] = [];
    const election = elect("asleep", "a", LONG_TIMES);
    await leaderOf([election]);
    election.whileLeading((signal) => signal.addEventListener("abort", () => reports.push("stopped")));
    election.cutOff();
    // While a machine sleeps its steady clock stands still.
    const { now } = Date;
    vi.spyOn(Date, "now").mockImplementation(() => now() + 2 * LONG_TIMES.renewMs);
    try {
      expect(election.isLeader).toBe(false);
      await expect.poll(() => reports).toEqual(["stopped"]);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("one that missed some calls goes on leading", async () => {
    const reports: string[] = [];
    const election = elect("flaky", "a", LONG_TIMES);
    await leaderOf([election]);
    election.whileLeading((signal) => signal.addEventListener("abort", () => reports.push("stopped")));
    const { spec: before } = await lease("flaky");
    election.cutOff(2);
    await expect.poll(async () => (await lease("flaky")).spec.renewTime !== before.renewTime).toBe(true);
    expect([election.isLeader, reports]).toEqual([true, []]);
  });

  it("one that does not stand sees whether any of them leads, also of one that says no word any more", async () => {
    const client = new KubernetesClient(config);
    const look = new LeaseLook({ client, namespace: "default", name: "looked-at", times: TIMES });
    expect(await look.isHeld()).toBe(false);
    const election = elect("looked-at", "a");
    await leaderOf([election]);
    expect(await look.isHeld()).toBe(true);
    await election.close();
    expect(await look.isHeld()).toBe(false);
    const silent = elect("looked-at", "b");
    await leaderOf([silent]);
    silent.cutOff();
    await expect.poll(() => look.isHeld()).toBe(false);
    expect(silent.isLeader).toBe(false);
    client.close();
  });
});

interface TestElection extends LeaderElection {
  name: string;
  /** Has that many calls fail, or all of them. */
  cutOff(calls?: number): void;
}

function elect(leaseName: string, name: string, times = TIMES): TestElection {
  let failures = 0;
  class FlakyClient extends KubernetesClient {
    override async call<Body>(call: Parameters<KubernetesClient["call"]>[0]): Promise<Body> {
      if (failures > 0) {
        failures -= 1;
        throw new Error("cut off");
      }
      return super.call<Body>(call);
    }
  }
  const client = new FlakyClient(config);
  const election = new LeaderElection({
    client,
    namespace: "default",
    name: leaseName,
    identity: name,
    onError: () => undefined,
    times,
  });
  elections.push(election);
  return Object.assign(election, {
    name,
    cutOff: (calls = Number.POSITIVE_INFINITY) => {
      failures = calls;
    },
  });
}

async function leaderOf(candidates: readonly TestElection[]): Promise<TestElection> {
  await expect.poll(() => candidates.filter(({ isLeader }) => isLeader)).toHaveLength(1);
  return candidates.find(({ isLeader }) => isLeader) as TestElection;
}

async function lease(name: string): Promise<{ spec: Record<string, unknown> }> {
  const client = new KubernetesClient(config);
  try {
    return await client.get(`/apis/coordination.k8s.io/v1/namespaces/default/leases/${name}`);
  } finally {
    client.close();
  }
}
