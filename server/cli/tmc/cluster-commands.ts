import { Command } from "commander";

import type { ClusterList, ClusterView } from "../../../policy/common/tmc-api.js";
import { examples, givenName, groupFlag, locationFlags, nameFlag } from "./flags.js";
import { namespaceCommand } from "./namespace-commands.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

const CLUSTERS: Table<ClusterView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["MANAGEMENTCLUSTER", ({ fullName }) => fullName.managementClusterName],
    ["PROVISIONER", ({ fullName }) => fullName.provisionerName],
    ["PHASE", ({ status }) => status.phase],
    ["HEALTH", ({ status }) => status.health],
    ["VERSION", ({ status }) => status.kubernetesVersion ?? ""],
    ["GROUP", ({ spec }) => spec.clusterGroupName, "wide"],
    ["MESSAGE", ({ status }) => status.message ?? "", "wide"],
  ],
  empty: "No clusters to list",
};

interface ClusterOptions {
  name?: string;
  group?: string;
  output?: OutputFormat;
}

/** `tmc cluster ...` */
export function clusterCommand(world: TmcWorld): Command {
  const cluster = new Command("cluster").description("Registered clusters and the namespaces on them");
  const list = groupFlag(locationFlags(nameFlag(cluster.command("list"), "cluster")))
    .description("List the clusters of the organization")
    .option("--all", "accepted for compatibility; all are always listed")
    .addOption(outputOption())
    .action(async ({ name, group, output }: ClusterOptions) => {
      const answer = (await world.connect().call("GET", "clusters")) as ClusterList;
      const clusters = answer.clusters.filter(
        ({ fullName, spec }) =>
          (name === undefined || fullName.name === name) &&
          (group === undefined || spec.clusterGroupName === group),
      );
      const shown: ClusterList = { clusters, totalCount: String(clusters.length) };
      world.print(await formatList(shown, clusters, { format: output, table: CLUSTERS }));
    });
  examples(list, "tmc cluster list -o wide");
  const get = locationFlags(nameFlag(cluster.command("get [name]"), "cluster"))
    .description("Show one cluster")
    .addOption(outputOption())
    .action(async (positional: string | undefined, { name, output }: ClusterOptions) => {
      const path = `clusters/${encodeURIComponent(givenName("cluster", positional, name))}`;
      const answer = (await world.connect().call("GET", path)) as { cluster: ClusterView };
      world.print(await formatObject(answer.cluster, { format: output, table: CLUSTERS }));
    });
  examples(get, "tmc cluster get my-cluster -o json");
  return cluster.addCommand(namespaceCommand(world));
}

interface ClusterGroup {
  fullName: { name: string };
  status: { clusters: string[] };
}

const GROUPS: Table<ClusterGroup> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["CLUSTERS", ({ status }) => String(status.clusters.length)],
    ["MEMBERS", ({ status }) => status.clusters.join(","), "wide"],
  ],
  empty: "No cluster groups to list",
};

/** `tmc clustergroup ...`: the groups the clusters say they are in. */
export function clusterGroupCommand(world: TmcWorld): Command {
  const group = new Command("clustergroup").description("Groups of clusters; policies are not set on them");
  const list = group
    .command("list")
    .description("List the cluster groups")
    .option("--all", "accepted for compatibility; all are always listed")
    .addOption(outputOption())
    .action(async ({ output }: ClusterOptions) => {
      const clusterGroups = await readGroups(world);
      const answer = { clusterGroups, totalCount: String(clusterGroups.length) };
      world.print(await formatList(answer, clusterGroups, { format: output, table: GROUPS }));
    });
  examples(list, "tmc clustergroup list");
  const get = nameFlag(group.command("get [name]"), "cluster group")
    .description("Show one cluster group")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: ClusterOptions) => {
      const name = givenName("cluster group", positional, options.name);
      const found = (await readGroups(world)).find(({ fullName }) => fullName.name === name);
      if (!found) throw new TmcError(`NotFound: cluster group "${name}" not found`);
      world.print(await formatObject(found, { format: options.output, table: GROUPS }));
    });
  examples(get, "tmc clustergroup get default");
  return group;
}

async function readGroups(world: TmcWorld): Promise<ClusterGroup[]> {
  const { clusters } = (await world.connect().call("GET", "clusters")) as ClusterList;
  const names = [...new Set(clusters.map(({ spec }) => spec.clusterGroupName))];
  return names.map((name) => ({
    fullName: { name },
    status: {
      clusters: clusters
        .filter(({ spec }) => spec.clusterGroupName === name)
        .map(({ fullName }) => fullName.name),
    },
  }));
}
