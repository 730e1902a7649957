import type { PolicyContext } from "../context.js";
import type { ManagedClusterSpec } from "../records.js";

/**
 * Warns of attached clusters that the operator gives and that this server was given no kubeconfig of: one of the servers that were keeps
 * them in step, but what this one is asked about them it cannot answer. Said at the start, when nothing is out of step yet. Throws what the store throws.
 */
export async function warnOfUngivenMembers({ store, members, logger }: PolicyContext): Promise<void> {
  const clusters = await store.list<ManagedClusterSpec>("managedclusters", undefined, "written");
  const operators = clusters.flatMap(({ spec }) => spec.member?.operator ?? []);
  for (const operator of new Set(operators.filter((name) => !members.given.has(name)))) {
    const attached = clusters
      .filter(({ spec }) => spec.member?.operator === operator)
      .map(({ spec }) => `${spec.organization}/${spec.name}`);
    logger.warn(
      { operator, clusters: attached },
      `This server was started without --member ${operator}=FILE, and organizations have attached that cluster: it cannot answer what it is asked about it, and only a server that has the kubeconfig keeps it in step. Start every server with the same --member`,
    );
  }
}
