import { Command } from "commander";

import type { NamespaceChange, NamespaceList, NamespaceView } from "../../../policy/common/tmc-api.js";
import { nameSearch } from "../../../policy/common/name-search.js";
import {
  clusterFlag,
  descriptionFlag,
  dryRunFlag,
  examples,
  fileFlag,
  givenName,
  locationFlags,
  nameFlag,
  oldTemplateFlag,
  required,
  workspaceFlag,
} from "./flags.js";
import { impactOf } from "./impact.js";
import { labelChanges, labelsFlag } from "./labels.js";
import { type LooseManifest, readManifest } from "./manifest-file.js";
import {
  formatList,
  formatObject,
  labelCell,
  type OutputFormat,
  outputOption,
  type Table,
} from "./output.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

const NAMESPACES: Table<NamespaceView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["WORKSPACE", ({ spec }) => spec.workspaceName],
    ["CLUSTER", ({ fullName }) => fullName.clusterName],
    ["PHASE", ({ status }) => status.phase],
    ["LABELS", ({ meta }) => labelCell(meta.labels), "wide"],
  ],
  empty: "No namespaces to list",
};

interface NamespaceOptions {
  name?: string;
  workspaceName?: string;
  clusterName?: string;
  file?: string;
  labels?: string[];
  dryRun?: boolean;
  output?: OutputFormat;
}

/** What a verb is about, once flags, places and manifest are put together. */
interface Target {
  name: string;
  clusterName: string;
  workspaceName: string | undefined;
  labels: Record<string, string | null>;
}

/** `tmc cluster namespace ...` */
export function namespaceCommand(world: TmcWorld): Command {
  const namespace = new Command("namespace").description("Namespaces and the workspaces they are in");
  const verb = (name: string, description: string) =>
    common(namespace.command(`${name} [namespace]`), description);
  const attaching = verb(
    "attach",
    "Put a namespace that exists into a workspace; answers once its policies hold there",
  ).action((positional, options) => attach(world, positional, options as NamespaceOptions));
  examples(changing(attaching), "tmc cluster namespace attach -n my-namespace -k my-workspace -c my-cluster");
  const creating = verb(
    "create",
    "Attach the namespace of a manifest with attach: true; others are made with their session",
  ).action((positional, options) => create(world, positional, options as NamespaceOptions));
  examples(
    changing(descriptionFlag(oldTemplateFlag(creating))),
    "tmc cluster namespace create -f namespace.yaml",
  );
  const updating = verb(
    "update",
    "Set labels of a namespace, or move it to another workspace; answers once it is in force",
  ).action((positional, options) => update(world, positional, options as NamespaceOptions));
  examples(
    labelsFlag(changing(updating)),
    "tmc cluster namespace update my-namespace -c my-cluster --labels env=prod,legacy-",
    "tmc cluster namespace update my-namespace -c my-cluster -k other-workspace",
  );
  const detaching = verb(
    "detach",
    "Take a namespace out of its workspace; the namespace itself stays",
  ).action((positional, options) => detach(world, positional, options as NamespaceOptions));
  examples(dryRunFlag(detaching), "tmc cluster namespace detach -n my-namespace -c my-cluster");
  addReading(namespace, world);
  return namespace;
}

/** The flags every verb takes. */
function common(command: Command, description: string): Command {
  const flagged = nameFlag(command.description(description), "namespace");
  return locationFlags(clusterFlag(workspaceFlag(flagged, "the workspace")));
}

function changing(command: Command): Command {
  return dryRunFlag(fileFlag(command)).addOption(outputOption());
}

function addReading(namespace: Command, world: TmcWorld): void {
  const get = common(namespace.command("get [namespace]"), "Show one attached namespace")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: NamespaceOptions) => {
      const { clusterName, name } = targetOf(positional, options);
      const answer = (await world.connect().call("GET", pathOf(clusterName, name))) as Answer;
      world.print(await formatObject(answer.namespace, { format: options.output, table: NAMESPACES }));
    });
  examples(get, "tmc cluster namespace get my-namespace -c my-cluster");
  const list = common(
    namespace.command("list"),
    "List the attached namespaces; -n (with *), -k and -c narrow it",
  )
    .addOption(outputOption())
    .action((options: NamespaceOptions) => print(world, options));
  examples(list, "tmc cluster namespace list -k my-workspace -o wide");
}

interface Answer {
  namespace: NamespaceView;
}

async function manifestOf({ file }: NamespaceOptions): Promise<LooseManifest> {
  return file === undefined ? { fullName: {} } : readManifest(file, "namespace");
}

function targetOf(
  positional: string | undefined,
  options: NamespaceOptions,
  { fullName, spec = {}, meta }: LooseManifest = { fullName: {} },
): Target {
  const name = givenName("namespace", positional, options.name ?? (positional ? undefined : fullName.name));
  const workspace = options.workspaceName ?? spec["workspaceName"];
  return {
    name,
    clusterName: required(options.clusterName ?? fullName.clusterName, "-c"),
    workspaceName: typeof workspace === "string" ? workspace : undefined,
    labels: labelChanges(options.labels, meta),
  };
}

async function attach(
  world: TmcWorld,
  positional: string | undefined,
  options: NamespaceOptions,
): Promise<void> {
  await attachAs(world, positional, options, await manifestOf(options));
}

async function attachAs(
  world: TmcWorld,
  positional: string | undefined,
  options: NamespaceOptions,
  manifest: LooseManifest,
): Promise<void> {
  const { name, clusterName, workspaceName } = targetOf(positional, options, manifest);
  const namespace = {
    fullName: { managementClusterName: "attached", provisionerName: "attached", clusterName, name },
    spec: { workspaceName: required(workspaceName, "-k"), attach: true },
  };
  const path = `${pathOf(clusterName)}${dryRunQuery(options)}`;
  const answer = (await world.connect().call("POST", path, { namespace })) as Answer;
  await tell(world, answer.namespace, {
    verb: "attached",
    options,
    change: { name, clusterName, workspaceName: answer.namespace.spec.workspaceName },
  });
}

async function create(
  world: TmcWorld,
  positional: string | undefined,
  options: NamespaceOptions,
): Promise<void> {
  const manifest = await manifestOf(options);
  if (manifest.spec?.["attach"] === true) {
    await attachAs(world, positional, options, manifest);
    return;
  }
  const { name, clusterName, workspaceName = "my-workspace" } = targetOf(positional, options, manifest);
  throw new TmcError(
    `FailedPrecondition: namespaces are made with their session, and "${name}" is not made here; attach one that exists: tmc cluster namespace attach -n ${name} -k ${workspaceName} -c ${clusterName}`,
  );
}

async function update(
  world: TmcWorld,
  positional: string | undefined,
  options: NamespaceOptions,
): Promise<void> {
  const manifest = await manifestOf(options);
  const { name, clusterName, workspaceName, labels } = targetOf(positional, options, manifest);
  if (workspaceName === undefined && Object.keys(labels).length === 0)
    throw new TmcError("InvalidArgument: nothing to update; give --labels, -k or a manifest with -f");
  const namespace = {
    fullName: { name },
    meta: { labels },
    spec: { ...(workspaceName !== undefined && { workspaceName }), attach: true },
  };
  const path = `${pathOf(clusterName, name)}${dryRunQuery(options)}`;
  const answer = (await world.connect().call("PUT", path, { namespace })) as Answer;
  const change = { name, clusterName, workspaceName: answer.namespace.spec.workspaceName, labels };
  await tell(world, answer.namespace, { verb: "updated", options, change });
}

async function detach(
  world: TmcWorld,
  positional: string | undefined,
  options: NamespaceOptions,
): Promise<void> {
  const { name, clusterName, workspaceName } = targetOf(positional, options);
  if (workspaceName !== undefined) await requireMember(world, { name, clusterName, workspaceName });
  await world.connect().call("DELETE", `${pathOf(clusterName, name)}${dryRunQuery(options)}`);
  world.print(await done(world, { name, clusterName, workspaceName: null }, { verb: "detached", options }));
}

/** Who names the workspace means that one: a namespace that was moved meanwhile stays where it is. */
async function requireMember(
  world: TmcWorld,
  { name, clusterName, workspaceName }: Omit<Target, "labels">,
): Promise<void> {
  const { namespace } = (await world.connect().call("GET", pathOf(clusterName, name))) as Answer;
  if (namespace.spec.workspaceName === workspaceName) return;
  throw new TmcError(
    `FailedPrecondition: namespace "${name}" is in workspace "${namespace.spec.workspaceName}", not in "${workspaceName ?? ""}"`,
  );
}

async function print(
  world: TmcWorld,
  { name, clusterName, workspaceName, output }: NamespaceOptions,
): Promise<void> {
  const path = clusterName === undefined ? "namespaces" : pathOf(clusterName);
  const answer = (await world.connect().call("GET", path)) as NamespaceList;
  const isLookedFor = nameSearch(name ?? "");
  const namespaces = answer.namespaces.filter(
    ({ fullName, spec, status }) =>
      status.managed &&
      (workspaceName === undefined || spec.workspaceName === workspaceName) &&
      isLookedFor(fullName.name),
  );
  const { unreachableClusters: missing } = answer;
  const shown: NamespaceList = {
    namespaces,
    totalCount: String(namespaces.length),
    ...(missing && { unreachableClusters: missing }),
  };
  world.print(await formatList(shown, namespaces, { format: output, table: NAMESPACES }));
  if (answer.unreachableClusters)
    world.printError(
      `Warning: not every cluster answered, and their namespaces are missing: ${answer.unreachableClusters.join(", ")}. See: tmc cluster list`,
    );
}

/** What was done, or would be. */
interface Told {
  verb: string;
  options: NamespaceOptions;
}

async function tell(
  world: TmcWorld,
  namespace: NamespaceView,
  { change, ...told }: Told & { change: NamespaceChange },
): Promise<void> {
  const { output } = told.options;
  world.print(
    output === undefined
      ? await done(world, change, told)
      : await formatObject(namespace, { format: output, table: NAMESPACES }),
  );
}

async function done(world: TmcWorld, change: NamespaceChange, { verb, options }: Told): Promise<string> {
  if (options.dryRun !== true) return `✔ namespace "${change.name}" ${verb} successfully`;
  return `✔ namespace "${change.name}" would be ${verb} (dry run)\n  ${await impactOf(world, { namespace: change })}`;
}

function dryRunQuery({ dryRun }: NamespaceOptions): string {
  return dryRun === true ? "?dryRun=true" : "";
}

function pathOf(cluster: string, namespace?: string): string {
  const all = `clusters/${encodeURIComponent(cluster)}/namespaces`;
  return namespace === undefined ? all : `${all}/${encodeURIComponent(namespace)}`;
}
