import { Command, Option } from "commander";

import type {
  ClusterList,
  ClusterView,
  NamespaceList,
  NamespaceView,
} from "../../../policy/common/tmc-api.js";
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
  ],
  empty: "No clusters to list",
};

const NAMESPACES: Table<NamespaceView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["WORKSPACE", ({ spec }) => spec.workspaceName],
    ["CLUSTER", ({ fullName }) => fullName.clusterName],
    ["PHASE", ({ status }) => status.phase],
  ],
  empty: "No namespaces to list",
};

/** `tmc cluster ...` */
export function clusterCommand(world: TmcWorld): Command {
  const cluster = new Command("cluster").description("Registered clusters and the namespaces on them");
  cluster
    .command("list")
    .description("List the clusters of the organization")
    .option("--all", "accepted for compatibility; all are always listed")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      const answer = (await world.connect().call("GET", "clusters")) as ClusterList;
      world.print(await formatList(answer, answer.clusters, { format: output, table: CLUSTERS }));
    });
  addLocation(cluster.command("get <name>"))
    .description("Show one cluster")
    .addOption(outputOption())
    .action(async (name: string, { output }: { output?: OutputFormat }) => {
      const answer = (await world.connect().call("GET", `clusters/${encodeURIComponent(name)}`)) as {
        cluster: ClusterView;
      };
      world.print(await formatObject(answer.cluster, output));
    });
  return cluster.addCommand(namespaceCommand(world));
}

interface AttachOptions {
  name: string;
  workspaceName: string;
  clusterName: string;
  dryRun?: boolean;
  output?: OutputFormat;
}

function namespaceCommand(world: TmcWorld): Command {
  const namespace = new Command("namespace").description("Namespaces and the workspaces they are in");
  addLocation(namespace.command("attach"))
    .description("Put a namespace that exists into a workspace; answers once its policies hold there")
    .requiredOption("-n, --name <namespace>", "the namespace")
    .requiredOption("-k, --workspace-name <workspace>", "the workspace")
    .requiredOption("-c, --cluster-name <cluster>", "the cluster the namespace is on")
    .addOption(new Option("--dry-run", "print what would be sent and stop"))
    .addOption(outputOption())
    .addHelpText(
      "after",
      "\nExample:\n  tmc cluster namespace attach -n my-namespace -k my-workspace -c my-cluster",
    )
    .action((options: AttachOptions) => attach(world, options));
  addLocation(namespace.command("list"))
    .description("List the attached namespaces")
    .option("-c, --cluster-name <cluster>", "only those of this cluster")
    .option("-k, --workspace-name <workspace>", "only those of this workspace")
    .addOption(outputOption())
    .action((options: Partial<AttachOptions>) => list(world, options));
  addLocation(namespace.command("get <namespace>"))
    .description("Show one attached namespace")
    .requiredOption("-c, --cluster-name <cluster>", "the cluster the namespace is on")
    .addOption(outputOption())
    .action(async (name: string, { clusterName, output }: AttachOptions) => {
      const answer = (await world.connect().call("GET", pathOf(clusterName, name))) as {
        namespace: NamespaceView;
      };
      world.print(await formatObject(answer.namespace, output));
    });
  addLocation(namespace.command("detach [namespace]"))
    .description("Take a namespace out of its workspace; the namespace itself stays")
    .option("-n, --name <namespace>", "the namespace, as attach takes it")
    .requiredOption("-c, --cluster-name <cluster>", "the cluster the namespace is on")
    .action((name: string | undefined, options: AttachOptions) => detach(world, name, options));
  return namespace;
}

async function detach(
  world: TmcWorld,
  positional: string | undefined,
  { name = positional, clusterName }: Partial<AttachOptions> & Pick<AttachOptions, "clusterName">,
): Promise<void> {
  if (name === undefined || (positional !== undefined && positional !== name))
    throw new TmcError(
      `InvalidArgument: expected one namespace, and ${name === undefined ? "none was given" : `"${positional ?? ""}" and "${name}" were`}; say -n my-namespace`,
    );
  await world.connect().call("DELETE", pathOf(clusterName, name));
  world.print(`✔ namespace "${name}" detached successfully`);
}

async function attach(world: TmcWorld, options: AttachOptions): Promise<void> {
  const { name, workspaceName, clusterName, dryRun, output } = options;
  const namespace = {
    fullName: { managementClusterName: "attached", provisionerName: "attached", clusterName, name },
    meta: { labels: {} },
    spec: { workspaceName, attach: true },
  };
  if (dryRun) {
    world.print(await formatObject(namespace, output));
    return;
  }
  const answer = (await world.connect().call("POST", pathOf(clusterName), { namespace })) as {
    namespace: NamespaceView;
  };
  world.print(
    output ? await formatObject(answer.namespace, output) : `✔ namespace "${name}" attached successfully`,
  );
}

async function list(
  world: TmcWorld,
  { clusterName, workspaceName, output }: Partial<AttachOptions>,
): Promise<void> {
  const path = clusterName === undefined ? "namespaces" : pathOf(clusterName);
  const answer = (await world.connect().call("GET", path)) as NamespaceList;
  const namespaces = answer.namespaces.filter(
    ({ spec, status }) =>
      status.managed && (workspaceName === undefined || spec.workspaceName === workspaceName),
  );
  const shown: NamespaceList = { namespaces, totalCount: String(namespaces.length) };
  world.print(await formatList(shown, namespaces, { format: output, table: NAMESPACES }));
}

function pathOf(cluster: string, namespace?: string): string {
  const all = `clusters/${encodeURIComponent(cluster)}/namespaces`;
  return namespace === undefined ? all : `${all}/${encodeURIComponent(namespace)}`;
}

/** Clusters are all attached ones; scripts name that place and mean nothing else by it. */
function addLocation(command: Command): Command {
  return command
    .option("-m, --management-cluster-name <name>", "management cluster", onlyAttached, "attached")
    .option("-p, --provisioner-name <name>", "provisioner", onlyAttached, "attached");
}

function onlyAttached(value: string): string {
  if (value === "attached") return value;
  throw new TmcError(
    `NotFound: "${value}" not found; every cluster here is of management cluster and provisioner "attached"`,
  );
}
