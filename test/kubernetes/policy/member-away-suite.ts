import { expect, it } from "vitest";

import { KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import { removeFromCluster } from "../../../server/cluster-removal.js";
import type { NamespaceList } from "../../../policy/common/tmc-api.js";
import { FLEET_PATH, type Fleet } from "./fleet-world.js";
import { blocking as policy } from "./fleet-objects.js";

const path = FLEET_PATH;

/** The claims about a cluster that is away for a while, and what it missed. */
export function itGoesOnWhileAway(fleet: Fleet): void {
  const { clusterOf, stateOf, inForce, pod, attach } = fleet;
  it("keeps in force what was, while a cluster is away, and holds nobody else up", async () => {
    fleet.east.cut();
    await expect.poll(() => stateOf("east")).toBe("Unreachable");
    const away = await clusterOf("east");
    expect(away.status).toMatchObject({
      phase: "ERROR",
      health: "DISCONNECTED",
      sync: { since: expect.stringMatching(/Z$/), version: expect.stringMatching(/^\d+$/) },
    });
    expect((await fleet.world.tmc("cluster", "list")).out).toMatch(
      /^east .* unreachable since .*Z, last in force at/m,
    );
    await fleet.world.rest("PUT", `${path}/policies/no-busybox`, policy("no-busybox", "nginx"));
    await inForce("west");
    expect(await pod("west", "shop", "nginx")).toContain("[no-busybox]");
    // What it was told last.
    expect(await pod("east", "shop", "alpine")).toContain("[no-busybox]");
    expect(await pod("east", "shop", "nginx")).toBe("");
    const refused = await attach("east", "back");
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining("has not answered since")]);
    const list = (await fleet.world.rest("GET", "namespaces")).body as unknown as NamespaceList;
    // A busy machine may leave out one that is only slow.
    expect(list.unreachableClusters).toContain("east");
    expect(list.namespaces.map(({ fullName }) => fullName.clusterName)).not.toContain("east");
    const deleting = await fleet.world.rest("DELETE", path);
    expect([deleting.status, deleting.body["message"]]).toEqual([503, expect.stringContaining("east")]);
  });

  it("brings a cluster that is back up to what it missed before it says so", async () => {
    fleet.east.mend();
    const seen: { state: string; isOpen: boolean }[] = [];
    await expect
      .poll(async () => {
        const state = await stateOf("east");
        // Read before the pod was tried: whatever is said to be in force by then refuses.
        seen.push({ state, isOpen: (await pod("east", "shop", "nginx")) === "" });
        return state;
      })
      .toBe("InForce");
    expect(seen.filter(({ state, isOpen }) => state === "InForce" && isOpen)).toEqual([]);
    expect(await pod("east", "shop", "alpine")).toBe("");
  });

  it("sees a cluster that takes what it is sent and does not answer", async () => {
    fleet.west.silence();
    await expect.poll(() => stateOf("west")).toBe("Unreachable");
    fleet.west.mend();
    await inForce("west");
  });
}

/** The claims about one that is detached while it is away. */
export function itForgetsWhileAway(fleet: Fleet): void {
  const { clusterOf, stateOf, inForce, pod, attachCluster, leftAlone } = fleet;
  it("forgets a cluster that does not answer where it is told to, and takes it back", async () => {
    fleet.east.cut();
    await expect.poll(() => stateOf("east")).toBe("Unreachable");
    const refused = await fleet.world.tmc("cluster", "detach", "east");
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining("has not answered since")]);
    expect((await fleet.world.tmc("cluster", "detach", "east", "--force")).status).toBe(0);
    // Nobody could tell it.
    expect(await pod("east", "shop", "nginx")).toContain("[no-busybox]");
    await expect.poll(() => leftAlone).toContain("east");
    fleet.east.mend();
    await attachCluster("orient", fleet.east);
    await inForce("orient");
    const { body } = await fleet.world.rest("GET", "clusters/orient/namespaces/shop");
    expect(body["namespace"]).toMatchObject({ fullName: { clusterName: "orient", name: "shop" } });
    fleet.east.cut();
    await expect.poll(() => stateOf("orient")).toBe("Unreachable");
    expect((await fleet.world.tmc("cluster", "detach", "orient", "--force")).status).toBe(0);
    await expect.poll(() => leftAlone).toContain("orient");
    fleet.east.mend();
    await attachCluster("east", fleet.east);
    await expect
      .poll(async () => (await clusterOf("east")).status.sync)
      .toMatchObject({ state: "InForce", namespaces: 1 });
  });
}

/** The claims about what an administrator of such a one can do. */
export function itUninstallsWhileAway(fleet: Fleet): void {
  const { inForce, stateOf, pod, attach, attachCluster } = fleet;
  it("leaves what lectern uninstall takes away, where a cluster was forgotten while it was away", async () => {
    await attachCluster("west", fleet.west);
    await inForce("west");
    expect((await attach("west")).status).toBe(0);
    fleet.west.cut();
    await expect.poll(() => stateOf("west")).toBe("Unreachable");
    expect((await fleet.world.tmc("cluster", "detach", "west", "--force")).status).toBe(0);
    expect(await pod("west", "shop", "nginx")).toContain("[no-busybox]");
    const client = new KubernetesClient(fleet.target().members[1]);
    await removeFromCluster(client, { patienceMs: 1000, report: () => undefined });
    client.close();
    expect(await pod("west", "shop", "nginx")).toBe("");
    fleet.west.mend();
    await attachCluster("west", fleet.west);
    await inForce("west");
  });
}
