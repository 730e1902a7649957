import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { SandboxedCluster, whyNoContainers } from "../containers/sandboxes-for-tests.js";
import { findKubectl } from "../../cluster/kubectl-for-tests.js";
import { type Client, answersTo } from "./ask.js";
import { SCENARIOS } from "./container-scenarios.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";
import { type Kubectl, PATIENCE, begin, reaches, stateOf } from "./scenario-run.js";

const why = hasRealCluster() ? whyNoContainers() : "there is no real node";
if (why !== undefined) console.log(`skipping what containers do on both clusters: ${why}`);

/** Of one scenario: a container that crashes waits ten seconds and more, on a machine that does much else. */
const DEADLINE_MS = 300_000;
/** Of a kubectl of each protocol that there has been, and of one between; every third scenario is asked by each of them, too. */
const OLDER = ["1.29", "1.31", "1.33"].flatMap((version) => findKubectl(version) ?? []);
const SHARE = 3;

describe.skipIf(why !== undefined)(
  "containers do the same on the embedded cluster as on a node",
  { timeout: DEADLINE_MS },
  () => {
    let embedded: SandboxedCluster;
    let clusters: Kubectl[];
    let clients: Client[];
    beforeAll(async () => {
      embedded = await SandboxedCluster.start();
      clusters = [
        (args, input) => embedded.kubectl.run(args, input),
        (args, input) => realCluster().kubectl(args, input ?? ""),
      ];
      const { kubectlPath: kubectl, kubeconfig } = realCluster();
      clients = [
        { kubectl, kubeconfig: embedded.kubectl.cluster.kubeconfigPath },
        { kubectl, kubeconfig },
      ];
    });
    afterAll(async () => {
      await realCluster().kubectl(["delete", "namespace", "--wait=false", "-l", "lectern.dev/scenario=true"]);
      await embedded?.close();
    });

    it.concurrent.for(
      Object.entries(SCENARIOS).map(([name, scenario], at) => ({
        name,
        scenario,
        namespace: `scenario-${String(at)}`,
        older: at % SHARE === 0 ? OLDER : [],
      })),
    )("$name", async ({ scenario, namespace, older }, { expect }) => {
      await Promise.all(
        clusters.map(async (kubectl) => {
          await begin(kubectl, namespace, scenario);
          await reaches(kubectl, namespace, scenario);
        }),
      );
      // What is told of a pod comes a moment after what happened, and what crashes is between two states at times.
      const alike = (look: (at: number) => Promise<object>, what: string): Promise<void> =>
        vi.waitFor(async () => {
          const [ours, theirs] = await Promise.all([look(0), look(1)]);
          expect(ours, what).toEqual(theirs);
        }, PATIENCE);
      const asked =
        (kubectl?: string) =>
        (at: number): Promise<object> =>
          answersTo(
            scenario.asks ?? [],
            namespace,
            { ...(clients[at] as Client), ...(kubectl && { kubectl }) },
            scenario,
          );
      await alike(asked(), "answers");
      await alike((at) => stateOf(clusters[at] as Kubectl, namespace, scenario), "what is told of the pods");
      for (const kubectl of older) await alike(asked(kubectl), `answers to ${kubectl}`);
      await Promise.all(
        clusters.map((kubectl) => kubectl(["delete", "namespace", namespace, "--wait=false"])),
      );
    });
  },
);
