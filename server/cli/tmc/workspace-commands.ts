import { Command } from "commander";

import type { WorkspaceList, WorkspaceView } from "../../../policy/common/tmc-api.js";
import {
  descriptionFlag,
  dryRunFlag,
  examples,
  fileFlag,
  givenName,
  nameFlag,
  oldTemplateFlag,
} from "./flags.js";
import { placeHistoryCommand } from "./history-commands.js";
import { iamCommand } from "./iam-commands.js";
import { readManifest } from "./manifest-file.js";
import {
  formatList,
  formatObject,
  labelCell,
  type OutputFormat,
  outputOption,
  type Table,
} from "./output.js";
import { policyCommand } from "./policy-commands.js";
import type { TmcWorld } from "./program.js";

const WORKSPACES: Table<WorkspaceView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["NAMESPACES", ({ status }) => String(status.namespaces.length)],
    ["POLICIES", ({ status }) => String(status.policies)],
    ["DESCRIPTION", ({ meta }) => meta.description],
    ["LABELS", ({ meta }) => labelCell(meta.labels), "wide"],
    ["MEMBERS", ({ status }) => status.namespaces.join(","), "wide"],
  ],
  empty: "No workspaces to list",
};

interface WorkspaceOptions {
  name?: string;
  description?: string;
  file?: string;
  dryRun?: boolean;
  output?: OutputFormat;
}

/** `tmc workspace ...` */
export function workspaceCommand(world: TmcWorld): Command {
  const workspace = new Command("workspace").description("Groups of namespaces across clusters");
  addCreate(workspace, world);
  const get = workspace
    .command("get [name]")
    .description("Show one workspace")
    .addOption(outputOption())
    .action(async (positional: string | undefined, { name, output }: WorkspaceOptions) => {
      const answer = (await world
        .connect()
        .call("GET", pathOf(givenName("workspace", positional, name)))) as { workspace: WorkspaceView };
      world.print(await formatObject(answer.workspace, { format: output, table: WORKSPACES }));
    });
  examples(nameFlag(get, "workspace"), "tmc workspace get team-blue -o json");
  const list = workspace
    .command("list")
    .description("List the workspaces of the organization; -n (with *) narrows it")
    .addOption(outputOption())
    .action(async ({ name = "", output }: WorkspaceOptions) => {
      const query = new URLSearchParams({ "searchScope.name": name }).toString();
      const answer = (await world.connect().call("GET", `workspaces?${query}`)) as WorkspaceList;
      world.print(await formatList(answer, answer.workspaces, { format: output, table: WORKSPACES }));
    });
  examples(nameFlag(list, "workspaces"), "tmc workspace list -n 'team-*' -o wide");
  addDelete(workspace, world);
  return workspace
    .addCommand(policyCommand(world, { hasWorkspace: true }))
    .addCommand(iamCommand(world, { hasWorkspace: true }))
    .addCommand(placeHistoryCommand(world, { hasWorkspace: true }));
}

function addCreate(workspace: Command, world: TmcWorld): void {
  const command = workspace
    .command("create [name]")
    .description("Create a workspace")
    .addOption(outputOption())
    .action((positional: string | undefined, options: WorkspaceOptions) =>
      create(world, positional, options),
    );
  descriptionFlag(nameFlag(oldTemplateFlag(command), "workspace"));
  dryRunFlag(fileFlag(command));
  examples(
    command,
    'tmc workspace create -n team-blue -d "the blue team"',
    "tmc workspace create -f workspace.yaml",
  );
}

async function create(
  world: TmcWorld,
  positional: string | undefined,
  { file, description, dryRun, output, ...options }: WorkspaceOptions,
): Promise<void> {
  const manifest = file === undefined ? { fullName: {} } : await readManifest(file, "workspace");
  const name = givenName(
    "workspace",
    positional,
    options.name ?? (positional ? undefined : manifest.fullName.name),
  );
  const meta = {
    ...("meta" in manifest && (manifest.meta as object)),
    ...(description !== undefined && { description }),
  };
  const path = `workspaces${dryRun === true ? "?dryRun=true" : ""}`;
  const answer = (await world.connect().call("POST", path, { workspace: { fullName: { name }, meta } })) as {
    workspace: WorkspaceView;
  };
  world.print(
    output === undefined
      ? done(name, "created", dryRun)
      : await formatObject(answer.workspace, { format: output, table: WORKSPACES }),
  );
}

function addDelete(workspace: Command, world: TmcWorld): void {
  const command = workspace
    .command("delete [name]")
    .description("Delete a workspace without namespaces, and the policies set on it")
    .action(async (positional: string | undefined, options: WorkspaceOptions) => {
      const name = givenName("workspace", positional, options.name);
      await world.connect().call("DELETE", `${pathOf(name)}${options.dryRun === true ? "?dryRun=true" : ""}`);
      world.print(done(name, "deleted", options.dryRun));
    });
  examples(dryRunFlag(nameFlag(command, "workspace")), "tmc workspace delete team-blue");
}

function done(name: string, verb: string, dryRun: boolean | undefined): string {
  return dryRun === true
    ? `✔ workspace "${name}" would be ${verb} (dry run)`
    : `✔ workspace "${name}" ${verb} successfully`;
}

function pathOf(name: string): string {
  return `workspaces/${encodeURIComponent(name)}`;
}
