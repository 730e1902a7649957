import { Command, Option } from "commander";

import type { PolicyList, PolicyView } from "../../../policy/common/tmc-api.js";
import { describePolicy } from "../../../policy/common/words.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import { type CreateOptions, manifestFrom, readManifest } from "./policy-manifest.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

interface Kind {
  /** Policies of a workspace, or else of the organization. */
  hasWorkspace: boolean;
}

interface PlaceOptions {
  workspaceName?: string;
  output?: OutputFormat;
  dryRun?: boolean;
}

const POLICIES: Table<PolicyView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["RECIPE", ({ spec }) => spec.recipe],
    ["EFFECT", ({ spec }) => (spec.recipe === "custom" ? spec.input.effect : "")],
    ["DRY RUN", ({ spec }) => String(spec.input.audit)],
    ["IN FORCE", ({ status }) => String(status.inForce)],
    ["NAMESPACES", ({ status }) => String(status.namespaces)],
  ],
  empty: "No image policies to list",
};

/** `tmc workspace image-policy ...` and `tmc organization image-policy ...`: the same verbs in two places. */
export function policyCommand(world: TmcWorld, kind: Kind): Command {
  const policy = new Command("image-policy").description("Which images may run");
  addCreate(policy, world, kind);
  place(policy.command("update [name]"), kind)
    .description("Replace a policy by a manifest; answers once it is in force")
    .requiredOption("-f, --file <file>", "manifest in YAML or JSON; - reads standard input")
    .addOption(dryRunOption())
    .action((name: string | undefined, options: PlaceOptions & { file: string }) =>
      update(world, kind, name, options),
    );
  place(policy.command("get <name>"), kind)
    .description("Show one policy")
    .addOption(outputOption())
    .action(async (name: string, options: PlaceOptions) => {
      const answer = (await world.connect().call("GET", pathOf(kind, options.workspaceName, name))) as Answer;
      world.print(await formatObject(answer.policy, options.output));
    });
  place(policy.command("list"), kind)
    .description("List the policies set there")
    .addOption(outputOption())
    .action(async ({ workspaceName, output }: PlaceOptions) => {
      const answer = (await world.connect().call("GET", pathOf(kind, workspaceName))) as PolicyList;
      world.print(await formatList(answer, answer.policies, { format: output, table: POLICIES }));
    });
  place(policy.command("delete <name> [workspace]"), kind)
    .description("Delete a policy; answers once it refuses nothing any more")
    .addOption(dryRunOption())
    .action(async (name: string, workspace: string | undefined, options: PlaceOptions) => {
      const path = pathOf(kind, options.workspaceName ?? workspace, name);
      await world.connect().call("DELETE", `${path}${options.dryRun ? "?dryRun=true" : ""}`);
      world.print(done(name, "deleted", options));
    });
  return policy;
}

interface Answer {
  policy: PolicyView;
}

function addCreate(policy: Command, world: TmcWorld, kind: Kind): void {
  const where = kind.hasWorkspace ? " --workspace-name my-workspace" : "";
  const command = kind.hasWorkspace ? "tmc workspace" : "tmc organization";
  place(policy.command("create"), kind)
    .description("Create a policy from a manifest or a recipe; answers once it is in force")
    .option("-f, --file <file>", "manifest in YAML or JSON; - reads standard input")
    .addOption(new Option("-r, --recipe <recipe>", "instead of a manifest").choices(RECIPES))
    .option("-n, --name <name>", "name of the policy, with -r")
    .option("-d, --description <text>", "what it is for, with -r")
    .option("--image-name <pattern>", "image name of the rule, such as library/busybox or */app")
    .option("-t, --tag <pattern>", "tag of the rule")
    .option("--not-tag <pattern>", "tag the rule excludes")
    .option("--hostname <pattern>", "registry host of the rule (custom)")
    .option("--port <port>", "registry port of the rule (custom)")
    .option("--require-digest", "the rule demands a digest (custom)")
    .addOption(
      new Option(
        "--effect <effect>",
        "what a match means (custom; block where nothing is said, as in the console)",
      ).choices(["allow", "block"]),
    )
    .option("--audit", "report only, refuse nothing")
    .addOption(dryRunOption())
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Examples:
  ${command} image-policy create -r require-digest${where} -n digests
  ${command} image-policy create -r allowed-name-tag${where} -n echo --image-name "*/http-echo" -t 0.2.0
  ${command} image-policy create -r custom --effect block${where} -n no-busybox --image-name busybox
  ${command} image-policy create -f policy.yaml --dry-run`,
    )
    .action((options: PlaceOptions & CreateOptions) => create(world, kind, options));
}

const RECIPES = ["require-digest", "block-latest-tag", "allowed-name-tag", "custom"];

async function create(world: TmcWorld, kind: Kind, options: PlaceOptions & CreateOptions): Promise<void> {
  const manifest = await manifestFrom(options);
  const workspace = options.workspaceName ?? manifest.fullName.workspaceName;
  const path = `${pathOf(kind, workspace)}${options.dryRun ? "?dryRun=true" : ""}`;
  const { policy } = (await world
    .connect()
    .call("POST", path, { policy: withPlace(manifest, kind, workspace) })) as Answer;
  world.print(options.output ? await formatObject(policy, options.output) : told(policy, "created", options));
}

async function update(
  world: TmcWorld,
  kind: Kind,
  positional: string | undefined,
  options: PlaceOptions & { file: string },
): Promise<void> {
  const manifest = await readManifest(options.file);
  const workspace = options.workspaceName ?? manifest.fullName.workspaceName;
  const name = positional ?? manifest.fullName.name;
  if (!name)
    throw new TmcError("InvalidArgument: the manifest has no fullName.name; give the name of the policy");
  const path = `${pathOf(kind, workspace, name)}${options.dryRun ? "?dryRun=true" : ""}`;
  const { policy } = (await world
    .connect()
    .call("PUT", path, { policy: withPlace(manifest, kind, workspace) })) as Answer;
  world.print(told(policy, "updated", options));
}

function withPlace(
  manifest: Awaited<ReturnType<typeof readManifest>>,
  kind: Kind,
  workspace: string | undefined,
): object {
  const { name } = manifest.fullName;
  return {
    ...manifest,
    fullName: { ...(name !== undefined && { name }), ...(kind.hasWorkspace && { workspaceName: workspace }) },
  };
}

function pathOf({ hasWorkspace }: Kind, workspace: string | undefined, name?: string): string {
  if (hasWorkspace && !workspace) {
    throw new TmcError("InvalidArgument: no workspace given; add --workspace-name");
  }
  const policies = hasWorkspace
    ? `workspaces/${encodeURIComponent(workspace ?? "")}/policies`
    : "organization/policies";
  return name === undefined ? policies : `${policies}/${encodeURIComponent(name)}`;
}

function place(command: Command, { hasWorkspace }: Kind): Command {
  return hasWorkspace ? command.option("-w, --workspace-name <workspace>", "the workspace") : command;
}

function dryRunOption(): Option {
  return new Option("--dry-run", "check, change nothing");
}

/** Says what was done and, in words, what it means for images. */
function told({ fullName, spec }: PolicyView, verb: string, options: PlaceOptions): string {
  return `${done(fullName.name, verb, options)}\n  ${describePolicy(spec)}`;
}

function done(name: string, verb: string, { dryRun }: PlaceOptions): string {
  return dryRun
    ? `✔ image policy "${name}" would be ${verb} (dry run)`
    : `✔ image policy "${name}" ${verb} successfully`;
}
