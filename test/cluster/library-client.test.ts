// oxlint-disable-next-line no-restricted-imports -- The product uses nothing of it for streams; this is a client as others have it.
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { SandboxedCluster, whyNoContainers } from "../containers/sandboxes-for-tests.js";
import { LIBRARY_SCENARIOS, type Place } from "./library-scenarios.js";
import { ODD_SERVER } from "./odd-server.js";
import { answersToPython, providePythonClient } from "./python-client.js";
import { type Outcome, hasRealCluster, realCluster } from "./real-cluster.js";
import { FOREVER, pod, shell } from "./scenario.js";
import { TOOL_SCENARIOS } from "./tool-scenarios.js";

const why = hasRealCluster() ? whyNoContainers() : "there is no real node";
if (why !== undefined) console.log(`skipping what client-node does on both clusters: ${why}`);

const NAMESPACE = "library";
const DEADLINE_MS = 180_000;
const PATIENCE = { timeout: 120_000, interval: 500 };
const SERVERS = [8080, 8081].map((port) => `httpd -p ${port} -h /w; `).join("");
const PODS = [
  pod([shell(`mkdir /w; echo page >/w/index.html; ${SERVERS}${ODD_SERVER}echo one; echo two; ${FOREVER}`)]),
  pod([shell(FOREVER)], {}, { name: "brief", labels: {} }),
  pod(
    [shell(`while read -r line; do echo got $line; done; ${FOREVER}`, { stdin: true })],
    {},
    { name: "talk", labels: {} },
  ),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "odd" },
    spec: { selector: { app: "it" }, ports: [{ port: 8090 }] },
  },
];

const python = why === undefined ? await providePythonClient() : why;
if (why === undefined && typeof python === "string") console.log(`skipping the Python client: ${python}`);

describe.skipIf(why !== undefined)(
  "clients do the same on the embedded cluster as on a node",
  { timeout: DEADLINE_MS },
  () => {
    let embedded: SandboxedCluster;
    let places: Place[];
    beforeAll(async () => {
      embedded = await SandboxedCluster.start();
      const kubectls: ((args: string[], input?: string) => Promise<Outcome>)[] = [
        (args, input) => embedded.kubectl.run(args, input),
        (args, input = "") => realCluster().kubectl(args, input),
      ];
      for (const run of kubectls) {
        expect((await run(["create", "namespace", NAMESPACE])).code).toBe(0);
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: PODS });
        // Pods are refused before their namespace has its account.
        await vi.waitFor(
          async () =>
            expect(await run(["apply", "-n", NAMESPACE, "-f", "-"], list)).toMatchObject({ code: 0 }),
          PATIENCE,
        );
        const wait = ["wait", "-n", NAMESPACE, "--for=condition=Ready", "pod", "--all", "--timeout=110s"];
        expect(await run(wait)).toMatchObject({ code: 0 });
      }
      places = [embedded.kubectl.cluster.kubeconfigPath, realCluster().kubeconfig].map((path) => {
        const config = new KubeConfig();
        config.loadFromFile(path);
        return { config, namespace: NAMESPACE };
      });
    }, DEADLINE_MS);
    afterAll(async () => {
      await realCluster().kubectl(["delete", "namespace", NAMESPACE, "--wait=false"]);
      await embedded?.close();
    });

    it.for(Object.entries({ ...LIBRARY_SCENARIOS, ...TOOL_SCENARIOS }))("%s", async ([, ask]) => {
      const [ours, theirs] = await Promise.all(places.map((place) => ask(place)));
      expect(ours).toEqual(theirs);
    });

    it.skipIf(typeof python === "string")(
      "the Python client's streams, forwarded ports and watches",
      async () => {
        const { folder } = python as { folder: string };
        const [ours, theirs] = await Promise.all(
          [embedded.kubectl.cluster.kubeconfigPath, realCluster().kubeconfig].map((kubeconfig) =>
            answersToPython(folder, { kubeconfig, namespace: NAMESPACE }),
          ),
        );
        expect(ours).toEqual(theirs);
        const failed = Object.entries(theirs ?? {}).filter(([, answer]) => /Error/.test(String(answer)));
        expect(failed).toEqual([]);
      },
    );
  },
);
