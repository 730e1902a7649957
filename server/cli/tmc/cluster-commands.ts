import { Command } from "commander";

import type {
  ClusterList,
  ClusterSync,
  ClusterView,
  Detachment,
} from "../../../policy/common/cluster-api.js";
import { nameSearch } from "../../../policy/common/name-search.js";
import {
  descriptionFlag,
  dryRunFlag,
  examples,
  givenName,
  groupFlag,
  locationFlags,
  nameFlag,
} from "./flags.js";
import { readTextFile } from "./manifest-file.js";
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
    ["POLICIES", ({ status }) => syncWords(status.sync)],
    ["VERSION", ({ status }) => status.kubernetesVersion ?? ""],
    ["SERVER", ({ spec }) => spec.server ?? "", "wide"],
    ["NAMESPACES", ({ status }) => status.sync.namespaces?.toString() ?? "", "wide"],
    ["GROUP", ({ spec }) => spec.clusterGroupName, "wide"],
    ["MESSAGE", ({ status }) => status.message ?? "", "wide"],
  ],
  empty: "No clusters to list",
};

/** How far a cluster is with the policies, in a few words. */
function syncWords({ state, version, since, admitsUntil }: ClusterSync): string {
  const lease = admitsUntil === undefined ? "" : `, admits until ${admitsUntil}`;
  const words = {
    InForce: "in force",
    Behind: "behind",
    Syncing: "syncing",
    Unreachable: "unreachable",
    Detaching: "detaching",
  };
  const at = version === undefined ? "" : ` at ${version}`;
  if (state === "Unreachable")
    return `unreachable since ${since ?? "?"}${version ? `, last in force${at}` : ""}${lease}`;
  if (state === "InForce") return `in force${at}`;
  return `${words[state]}${version ? `, last in force${at}` : ""}${lease}`;
}

interface ClusterOptions {
  name?: string;
  description?: string;
  kubeconfig?: string;
  force?: boolean;
  dryRun?: boolean;
  group?: string;
  output?: OutputFormat;
}

/** `tmc cluster ...` */
export function clusterCommand(world: TmcWorld): Command {
  const cluster = new Command("cluster").description("Registered clusters and the namespaces on them");
  const list = groupFlag(locationFlags(nameFlag(cluster.command("list"), "cluster")))
    .description("List the clusters of the organization; -n (with *) and -g narrow it")
    .option("--all", "accepted for compatibility; all are always listed")
    .addOption(outputOption())
    .action(async ({ name, group, output }: ClusterOptions) => {
      const answer = (await world.connect().call("GET", "clusters")) as ClusterList;
      const isLookedFor = nameSearch(name ?? "");
      const clusters = answer.clusters.filter(
        ({ fullName, spec }) =>
          isLookedFor(fullName.name) && (group === undefined || spec.clusterGroupName === group),
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
  addMembership(cluster, world);
  return cluster.addCommand(namespaceCommand(world));
}

function addMembership(cluster: Command, world: TmcWorld): void {
  const attach = groupFlag(locationFlags(nameFlag(cluster.command("attach [name]"), "cluster")))
    .description("Put a further cluster under the policies of the organization")
    .option("-k, --kubeconfig <file>", "of the cluster; left away for one that the operator of Lectern gives")
    .action((positional: string | undefined, options: ClusterOptions, command: Command) =>
      // Given in full, it is also a flag of all commands, which scripts use for other things.
      attachCluster(world, positional, { ...options, ...command.optsWithGlobals<ClusterOptions>() }),
    );
  examples(
    dryRunFlag(descriptionFlag(attach)).addOption(outputOption()),
    "tmc cluster attach -n staging --kubeconfig staging.yaml",
    "tmc cluster attach -n shared",
  );
  for (const verb of ["detach", "delete"]) {
    const detach = locationFlags(nameFlag(cluster.command(`${verb} [name]`), "cluster"))
      .description("Take a cluster off that was attached; the cluster itself stays")
      .option(
        "-f, --force",
        "also with attached namespaces, which are let go; one that does not answer is forgotten as it is",
      )
      .option("--forget", "taken as in the original, and true without it: no cluster is deleted")
      .action((positional: string | undefined, options: ClusterOptions) =>
        detachCluster(world, positional, options),
      );
    examples(dryRunFlag(detach), `tmc cluster ${verb} staging`, `tmc cluster ${verb} staging --force`);
  }
}

async function attachCluster(
  world: TmcWorld,
  positional: string | undefined,
  options: ClusterOptions,
): Promise<void> {
  const { group, description, kubeconfig, dryRun, output } = options;
  const name = givenName("cluster", positional, options.name);
  if (group !== undefined && group !== "default")
    throw new TmcError(`NotFound: cluster group "${group}" not found; every cluster is in "default"`);
  const body = {
    cluster: { fullName: { name }, meta: { ...(description !== undefined && { description }) } },
    ...(kubeconfig !== undefined && { kubeconfig: await readTextFile(kubeconfig, "kubeconfig") }),
  };
  const path = `clusters${dryRun === true ? "?dryRun=true" : ""}`;
  const { cluster } = (await world.connect().call("POST", path, body)) as { cluster: ClusterView };
  if (output !== undefined) {
    world.print(await formatObject(cluster, { format: output, table: CLUSTERS }));
    return;
  }
  if (dryRun === true) world.print(`✔ cluster "${name}" would be attached (dry run)`);
  else
    world.print(
      `✔ cluster "${name}" attached successfully\n  its namespaces are put into workspaces with: tmc cluster namespace attach -n my-namespace -k my-workspace -c ${name}`,
    );
}

async function detachCluster(
  world: TmcWorld,
  positional: string | undefined,
  { name: flag, force, dryRun }: ClusterOptions,
): Promise<void> {
  const name = givenName("cluster", positional, flag);
  const query = [force === true && "force=true", dryRun === true && "dryRun=true"].filter(Boolean).join("&");
  const path = `clusters/${encodeURIComponent(name)}${query && `?${query}`}`;
  const { message } = (await world.connect().call("DELETE", path)) as Detachment;
  if (dryRun === true)
    world.print(
      `✔ cluster "${name}" would be detached (dry run)${message === undefined ? "" : `\n  ${message}`}`,
    );
  else world.print(message === undefined ? `✔ cluster "${name}" detached successfully` : `! ${message}`);
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
