import { Command, Option } from "commander";

import type { PolicyList, PolicyView } from "../../../policy/common/tmc-api.js";
import { describePolicy, describeSelector } from "../../../policy/common/words.js";
import { exceptionCommand } from "./exception-commands.js";
import {
  collect,
  descriptionFlag,
  dryRunFlag,
  examples,
  fileFlag,
  givenName,
  nameFlag,
  recipeFlag,
  required,
  workspaceFlag,
} from "./flags.js";
import { policyHistoryCommand, restoreCommand } from "./history-commands.js";
import { withBothVersions } from "./edit-conflict.js";
import { impactOf } from "./impact.js";
import { type LooseManifest, readManifest } from "./manifest-file.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import { type CreateOptions, manifestFrom, RECIPES } from "./policy-manifest.js";
import type { TmcWorld } from "./program.js";
import { templatesCommand } from "./template-commands.js";
import { TmcError } from "./tmc-error.js";
import { violationsCommand } from "./violation-commands.js";

/** Policies of a workspace, or else of the organization. */
interface Kind {
  hasWorkspace: boolean;
}

interface PolicyOptions {
  name?: string;
  workspaceName?: string;
  output?: OutputFormat;
  dryRun?: boolean;
}

interface Answer {
  policy: PolicyView;
}

const POLICIES: Table<PolicyView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["RECIPE", ({ spec }) => spec.recipe],
    ["EFFECT", ({ spec }) => (spec.recipe === "custom" ? spec.input.effect : "")],
    ["DRY RUN", ({ spec }) => String(spec.input.audit)],
    ["IN FORCE", ({ status }) => String(status.inForce)],
    ["NAMESPACES", ({ status }) => String(status.namespaces)],
    ["EXCEPTIONS", ({ status }) => String(status.exceptions), "wide"],
    ["APPLIES TO", ({ spec }) => describeSelector(spec.namespaceSelector.matchExpressions), "wide"],
    ["MEANING", ({ spec }) => describePolicy(spec), "wide"],
  ],
  empty: "No image policies to list",
};

/** `tmc workspace image-policy ...` and `tmc organization image-policy ...`: the same verbs in two places. */
export function policyCommand(world: TmcWorld, kind: Kind): Command {
  const policy = new Command("image-policy").description("Which images may run");
  addCreate(policy, world, kind);
  addUpdate(policy, world, kind);
  addReading(policy, world, kind);
  addDelete(policy, world, kind);
  policy.addCommand(violationsCommand(world, kind));
  policy.addCommand(exceptionCommand(world, kind));
  policy.addCommand(policyHistoryCommand(world, kind));
  policy.addCommand(restoreCommand(world, kind));
  return policy.addCommand(templatesCommand(world));
}

function addCreate(policy: Command, world: TmcWorld, kind: Kind): void {
  const command = place(policy.command("create [name]"), kind).description(
    "Create a policy from a manifest or a recipe; answers once it is in force",
  );
  fileFlag(command);
  recipeFlag(command, RECIPES);
  descriptionFlag(nameFlag(command, "policy"));
  command
    .option("--image-name <pattern>", "image name of the rule, such as library/busybox or */app")
    .option("-t, --tag <pattern>", "tag of the rule")
    .option("--not-tag <pattern>", "tag the rule excludes")
    .option("--hostname <pattern>", "registry host of the rule (custom)")
    .option("--port <port>", "registry port of the rule (custom)")
    .option("--require-digest", "the rule demands a digest (custom)")
    .option("--registry-domains <hosts>", "registries that are allowed, parted by commas (allow-registry)")
    .addOption(
      new Option("--effect <effect>", "what a match means (custom)").choices(["allow", "block"] as const),
    )
    .option("--audit", "report only, refuse nothing")
    .option(
      "--key <file>",
      "public key that is trusted, such as cosign.pub; may be repeated (require-signature)",
      collect,
    )
    .option(
      "--identity <subject>",
      "who is trusted to sign without a key, such as dev@example.com, * allowed; may be repeated (require-signature)",
      collect,
    )
    .option(
      "--issuer <address>",
      "who vouches for the identities, such as https://accounts.google.com; one for all, or one for each",
      collect,
    )
    .option("--verify", "ask registries what tags mean: refusals name the digest, moved tags are told")
    .addOption(new Option("-i, --interactive", "not here").argParser(refuseEditor).hideHelp())
    .addOption(outputOption());
  dryRunFlag(command).action((name: string | undefined, options: PolicyOptions & CreateOptions) =>
    create(world, kind, options.file === undefined || name !== undefined ? named(name, options) : options),
  );
  const at = `${commandOf(kind)} image-policy create`;
  const where = placeExample(kind);
  examples(
    command,
    `${at} -r require-digest${where} -n digests`,
    `${at} -r require-digest --verify${where} -n pins`,
    `${at} -r require-signature --key cosign.pub${where} -n signed`,
    `${at} -r require-signature --identity dev@example.com --issuer https://accounts.google.com${where} -n signed`,
    `${at} -r allowed-name-tag${where} -n echo --image-name "*/http-echo" -t 0.2.0`,
    `${at} -r custom --effect block${where} -n no-busybox --image-name busybox`,
    `${at} -r allow-registry${where} -n registries --registry-domains harbor.example.com`,
    `${at} -f policy.yaml --dry-run`,
  );
}

function named(positional: string | undefined, options: PolicyOptions & CreateOptions) {
  return { ...options, name: givenName("policy", positional, options.name) };
}

function refuseEditor(): never {
  throw new TmcError(
    "InvalidArgument: -i opens an editor in the original; here write the manifest to a file and give it with -f",
  );
}

function addUpdate(policy: Command, world: TmcWorld, kind: Kind): void {
  const command = place(policy.command("update [name]"), kind)
    .description("Replace a policy by a manifest; answers once it is in force")
    .addOption(outputOption());
  fileFlag(nameFlag(command, "policy"));
  dryRunFlag(command).action((name: string | undefined, options: PolicyOptions & { file?: string }) =>
    update(world, kind, name, options),
  );
  examples(command, `${commandOf(kind)} image-policy update digests${placeExample(kind)} -f policy.yaml`);
}

function addReading(policy: Command, world: TmcWorld, kind: Kind): void {
  const get = place(policy.command("get [name]"), kind)
    .description("Show one policy, as a manifest that can be given to update")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: PolicyOptions) => {
      const name = givenName("policy", positional, options.name);
      const answer = (await world.connect().call("GET", pathOf(kind, options.workspaceName, name))) as Answer;
      world.print(await formatObject(answer.policy, { format: options.output, table: POLICIES }));
    });
  nameFlag(get, "policy");
  examples(get, `${commandOf(kind)} image-policy get digests${placeExample(kind)} -o yaml`);
  const list = place(policy.command("list"), kind)
    .description("List the policies set there")
    .addOption(outputOption())
    .action(async ({ workspaceName, output }: PolicyOptions) => {
      const answer = (await world.connect().call("GET", pathOf(kind, workspaceName))) as PolicyList;
      world.print(await formatList(answer, answer.policies, { format: output, table: POLICIES }));
    });
  examples(list, `${commandOf(kind)} image-policy list${placeExample(kind)} -o wide`);
}

function addDelete(policy: Command, world: TmcWorld, kind: Kind): void {
  const command = place(
    policy.command(kind.hasWorkspace ? "delete [name] [workspace]" : "delete [name]"),
    kind,
  ).description("Delete a policy; answers once it refuses nothing any more");
  dryRunFlag(nameFlag(command, "policy")).action(async (...given: unknown[]) => {
    const options = given.at(-2) as PolicyOptions;
    const [positional, workspace] = given.slice(0, -2) as (string | undefined)[];
    const name = givenName("policy", positional, options.name);
    const path = pathOf(kind, options.workspaceName ?? workspace, name);
    const api = world.connect();
    const impact =
      options.dryRun === true
        ? `\n  ${await impactOf(world, { policy: ((await api.call("GET", path)) as Answer).policy, remove: true })}`
        : "";
    await api.call("DELETE", `${path}${dryRunQuery(options)}`);
    world.print(`${done(name, "deleted", options)}${impact}`);
  });
  examples(command, `${commandOf(kind)} image-policy delete digests${placeExample(kind)}`);
}

async function create(world: TmcWorld, kind: Kind, options: PolicyOptions & CreateOptions): Promise<void> {
  const manifest = await manifestFrom(options);
  const workspace = options.workspaceName ?? manifest.fullName.workspaceName;
  const path = `${pathOf(kind, workspace)}${dryRunQuery(options)}`;
  const { policy } = (await world
    .connect()
    .call("POST", path, { policy: withPlace(manifest, kind, workspace) })) as Answer;
  world.print(await told(world, policy, { verb: "created", options }));
}

async function update(
  world: TmcWorld,
  kind: Kind,
  positional: string | undefined,
  options: PolicyOptions & { file?: string },
): Promise<void> {
  const manifest = await readManifest(required(options.file, "-f"), "policy");
  const workspace = options.workspaceName ?? manifest.fullName.workspaceName;
  const name = givenName(
    "policy",
    positional,
    options.name ?? (positional ? undefined : manifest.fullName.name),
  );
  const path = pathOf(kind, workspace, name);
  const body = { policy: withPlace(manifest, kind, workspace) };
  const putting = world.connect().call("PUT", `${path}${dryRunQuery(options)}`, body);
  const answer = await putting.catch(async (error: unknown) => {
    throw await withBothVersions(error, world, { path, spec: manifest.spec });
  });
  const { policy } = answer as Answer;
  world.print(await told(world, policy, { verb: "updated", options }));
}

function withPlace(manifest: LooseManifest, kind: Kind, workspace: string | undefined): object {
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
  return hasWorkspace ? workspaceFlag(command, "the workspace") : command;
}

function commandOf({ hasWorkspace }: Kind): string {
  return hasWorkspace ? "tmc workspace" : "tmc organization";
}

function placeExample({ hasWorkspace }: Kind): string {
  return hasWorkspace ? " --workspace-name my-workspace" : "";
}

function dryRunQuery({ dryRun }: PolicyOptions): string {
  return dryRun === true ? "?dryRun=true" : "";
}

/** Says what was done and, in words, what it means for images; or shows the policy where a format is asked for. */
async function told(
  world: TmcWorld,
  policy: PolicyView,
  { verb, options }: { verb: string; options: PolicyOptions },
): Promise<string> {
  if (options.output !== undefined) return formatObject(policy, { format: options.output, table: POLICIES });
  const text = `${done(policy.fullName.name, verb, options)}\n  ${describePolicy(policy.spec)}`;
  return options.dryRun === true ? `${text}\n  ${await impactOf(world, { policy })}` : text;
}

function done(name: string, verb: string, { dryRun }: PolicyOptions): string {
  return dryRun
    ? `✔ image policy "${name}" would be ${verb} (dry run)`
    : `✔ image policy "${name}" ${verb} successfully`;
}
