import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect } from "vitest";

import type { CoreV1Api } from "../../../kubernetes/node/client-library.js";
import type { ClusterView } from "../../../policy/common/cluster-api.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { createRegistries, registriesFile } from "../../../policy/node/registry/registries.js";
import { type CutOff, kubeconfigText, startCutOff } from "./cut-off.js";
import { coreOf, createPod, notedDetachments } from "./fleet-objects.js";
import { type SmallRegistry, startSmallRegistry } from "./small-registry.js";
import { refusalText } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

export const FLEET_ORGANIZATION = "fleet-org";
export const FLEET_WORKSPACE = "fleet-ws";
/** Of the workspace, below the API. */
export const FLEET_PATH = `workspaces/${FLEET_WORKSPACE}`;
export const FLEET_HOME = `${FLEET_ORGANIZATION}-cluster`;

/** Where the policies are, and two further clusters that follow them. */
export interface FleetTarget {
  home: KubeConfig;
  members: [KubeConfig, KubeConfig];
}

/** The three clusters of a suite, the ways to its members, which can be cut, and a registry that may be asked. */
export type Fleet = ReturnType<typeof useFleet>;

interface Parts {
  world: TmcWorldOnCluster;
  east: CutOff;
  west: CutOff;
  registry: SmallRegistry;
  cores: Record<string, CoreV1Api>;
}

/** Makes the fleet before the tests of the suite that calls it, and takes it away after them. */
export function useFleet(target: () => FleetTarget) {
  let parts: Parts | undefined;
  const controller = new AbortController();
  const { leftAlone, logger } = notedDetachments();
  const there = (): Parts => {
    if (!parts) throw new Error("the fleet is there only while its tests run");
    return parts;
  };

  beforeAll(async () => {
    const { home: kubeConfig, members } = target();
    const registry = await startSmallRegistry();
    const listed = { host: registry.host, endpoint: `http://${registry.host}` };
    const registries = createRegistries(registriesFile.parse({ registries: [listed] }));
    const [east, west] = await Promise.all([startCutOff(members[0]), startCutOff(members[1])]);
    const options = { allowed: ["127.0.0.1"], given: new Map([["shared", members[1]]]) };
    const place = { organization: FLEET_ORGANIZATION, workspace: FLEET_WORKSPACE };
    const world = await startTmcWorld(kubeConfig, { ...place, members: options, registries });
    const cores = { [FLEET_HOME]: world.core, east: coreOf(members[0]), west: coreOf(members[1]) };
    parts = { world, east, west, registry, cores };
    const { signal } = controller;
    await startPolicyController({ kubeConfig, logger, signal, members: options, registries });
    for (const core of [cores.east, cores.west])
      for (const name of ["shop", "back"]) await core.createNamespace({ body: { metadata: { name } } });
  });
  afterAll(async () => {
    controller.abort();
    parts?.east.close();
    parts?.west.close();
    parts?.world.close();
    await parts?.registry.close();
  });

  return {
    target,
    leftAlone,
    get world() {
      return there().world;
    },
    get east() {
      return there().east;
    },
    get west() {
      return there().west;
    },
    get registry() {
      return there().registry;
    },
    get cores() {
      return there().cores;
    },
    ...fleetQuestions(there),
  };
}

/** What the tests ask of the fleet. */
function fleetQuestions(there: () => Parts) {
  const clusterOf = async (name: string) =>
    (await there().world.rest("GET", `clusters/${name}`)).body["cluster"] as ClusterView;
  const stateOf = async (name: string) => (await clusterOf(name)).status.sync.state;
  const file = async (name: string, cutOff: CutOff) =>
    there().world.file(`${name}.yaml`, await kubeconfigText(cutOff.kubeConfig));
  return {
    clusterOf,
    stateOf,
    inForce: (name: string) => expect.poll(() => stateOf(name)).toBe("InForce"),
    file,
    /** Attaches a cluster under a name; nothing may be wrong with that. */
    attachCluster: async (name: string, cutOff: CutOff) => {
      const run = await there().world.tmc("cluster", "attach", name, "-k", await file(name, cutOff));
      expect([run.status, run.err]).toEqual([0, ""]);
    },
    /** Why a pod of the image is refused; empty where it is not. */
    pod: (cluster: string, namespace: string, image: string, dryRun = true) =>
      refusalText(createPod(there().cores[cluster] ?? there().world.core, { namespace, image, dryRun })),
    attach: (cluster: string, namespace = "shop") => {
      const at = ["-n", namespace, "-k", FLEET_WORKSPACE, "-c", cluster];
      return there().world.tmc("cluster", "namespace", "attach", ...at);
    },
    explained: (cluster: string) =>
      there().world.tmc("image", "explain", "alpine", "-n", "shop", "--cluster-name", cluster),
    attachText: async (name: string, kubeconfig?: string) => {
      const body = { cluster: { fullName: { name } }, ...(kubeconfig !== undefined && { kubeconfig }) };
      const answer = await there().world.rest("POST", "clusters", body);
      return [answer.status, answer.body["message"]];
    },
  };
}
