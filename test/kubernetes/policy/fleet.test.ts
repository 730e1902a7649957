import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe } from "vitest";

import { type Cluster, startCluster } from "../../../cluster/start.js";
import { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { type ControlPlane, startControlPlane } from "../control-plane/start-control-plane.js";
import { describeFleet } from "./fleet-suite.js";
import { describeLease } from "./lease-suite.js";

describe.skipIf(skipWithoutControlPlane("image policies on an embedded cluster and a real control plane"))(
  "an embedded cluster and a real control plane",
  () => {
    let folder = "";
    const embedded: Cluster[] = [];
    let controlPlane: ControlPlane | undefined;
    const [home, east, real] = [new KubeConfig(), new KubeConfig(), new KubeConfig()];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "lectern-fleet-"));
      for (const [name, kubeConfig] of [
        ["home", home],
        ["east", east],
      ] as const) {
        const cluster = await startCluster({ dataDir: join(folder, name) });
        embedded.push(cluster);
        kubeConfig.loadFromFile(cluster.kubeconfigPath);
      }
      controlPlane = await startControlPlane();
      real.loadFromFile(controlPlane.kubeconfig);
    });

    afterAll(async () => {
      await controlPlane?.stop();
      for (const cluster of embedded) await cluster.close();
      if (folder !== "") rmSync(folder, { recursive: true, force: true });
    });

    // The real one in both roles, that of the member that is cut off first.
    describeFleet("follow one set of policies", () => ({ home, members: [real, east] }));
    describeLease("have a lease on the real one", () => ({ home, member: real }));
  },
);

describe.skipIf(skipWithoutControlPlane("image policies of a real control plane on embedded clusters"))(
  "a real control plane as the home of embedded clusters",
  () => {
    let folder = "";
    const embedded: Cluster[] = [];
    let controlPlane: ControlPlane | undefined;
    const [home, east, west] = [new KubeConfig(), new KubeConfig(), new KubeConfig()];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "lectern-fleet-"));
      controlPlane = await startControlPlane();
      home.loadFromFile(controlPlane.kubeconfig);
      for (const [name, kubeConfig] of [
        ["east", east],
        ["west", west],
      ] as const) {
        const cluster = await startCluster({ dataDir: join(folder, name) });
        embedded.push(cluster);
        kubeConfig.loadFromFile(cluster.kubeconfigPath);
      }
    });

    afterAll(async () => {
      for (const cluster of embedded) await cluster.close();
      await controlPlane?.stop();
      if (folder !== "") rmSync(folder, { recursive: true, force: true });
    });

    describeFleet("follow one set of policies", () => ({ home, members: [east, west] }));
    describeLease("have a lease", () => ({ home, member: east }));
  },
);
