import { Command } from "commander";

import type { WorkspaceList, WorkspaceView } from "../../../policy/common/tmc-api.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import { policyCommand } from "./policy-commands.js";
import type { TmcWorld } from "./program.js";

const WORKSPACES: Table<WorkspaceView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["NAMESPACES", ({ status }) => String(status.namespaces.length)],
    ["POLICIES", ({ status }) => String(status.policies)],
    ["DESCRIPTION", ({ meta }) => meta.description],
  ],
  empty: "No workspaces to list",
};

/** `tmc workspace ...` */
export function workspaceCommand(world: TmcWorld): Command {
  const workspace = new Command("workspace").description("Groups of namespaces across clusters");
  workspace
    .command("create")
    .description("Create a workspace")
    .requiredOption("-n, --name <name>", "name of the workspace")
    .option("-d, --description <text>", "what it is for")
    .addHelpText("after", '\nExample:\n  tmc workspace create -n team-blue -d "the blue team"')
    .action(async ({ name, description }: { name: string; description?: string }) => {
      const meta = description === undefined ? {} : { meta: { description } };
      await world.connect().call("POST", "workspaces", { workspace: { fullName: { name }, ...meta } });
      world.print(`✔ workspace "${name}" created successfully`);
    });
  workspace
    .command("get <name>")
    .description("Show one workspace")
    .addOption(outputOption())
    .action(async (name: string, { output }: { output?: OutputFormat }) => {
      const answer = (await world.connect().call("GET", pathOf(name))) as { workspace: WorkspaceView };
      world.print(await formatObject(answer.workspace, output));
    });
  workspace
    .command("list")
    .description("List the workspaces of the organization")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      const answer = (await world.connect().call("GET", "workspaces")) as WorkspaceList;
      world.print(await formatList(answer, answer.workspaces, { format: output, table: WORKSPACES }));
    });
  workspace
    .command("delete <name>")
    .description("Delete a workspace without namespaces, and the policies set on it")
    .action(async (name: string) => {
      await world.connect().call("DELETE", pathOf(name));
      world.print(`✔ workspace "${name}" deleted successfully`);
    });
  return workspace.addCommand(policyCommand(world, { hasWorkspace: true }));
}

function pathOf(name: string): string {
  return `workspaces/${encodeURIComponent(name)}`;
}
