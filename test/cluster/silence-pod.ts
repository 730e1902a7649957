import type { RealCluster } from "./real-cluster.js";

/** Drops every packet to and from a pod, as a network does that has lost its node, until the returned function is called. */
export async function silencePod(
  cluster: RealCluster,
  pod: string,
  namespace: string,
): Promise<() => Promise<void>> {
  const address = await cluster.read(
    "get",
    "pod",
    pod,
    `--namespace=${namespace}`,
    "--output=jsonpath={.status.podIP}",
  );
  const rules = (verb: string): Promise<unknown> =>
    Promise.all(
      ["--source", "--destination"].map((end) =>
        cluster.node.run("iptables", ["--wait", verb, "FORWARD", end, address, "--jump", "DROP"]),
      ),
    );
  await rules("--insert");
  return async () => void (await rules("--delete"));
}
