import { Command, CommanderError } from "commander";

import type { TmcApi } from "./api-client.js";
import { clusterCommand, clusterGroupCommand } from "./cluster-commands.js";
import { addCompletion } from "./completion.js";
import { configureCommand, loginCommand, systemCommand } from "./context-commands.js";
import { examples, refuseRepeated } from "./flags.js";
import { placeHistoryCommand } from "./history-commands.js";
import { iamCommand } from "./iam-commands.js";
import { imageCommand } from "./image-commands.js";
import { policyCommand } from "./policy-commands.js";
import { addRefusedVerbs } from "./refused-verbs.js";
import { policyTemplatesCommand } from "./template-commands.js";
import { TmcError } from "./tmc-error.js";
import { workspaceCommand } from "./workspace-commands.js";

/** What `tmc` needs of the world around it. */
export interface TmcWorld {
  /** Called by the first command that needs the server, so that help works without one. */
  connect(): TmcApi;
  /** Of the product `tmc` comes with. */
  version: string;
  print(text: string): void;
  printError(text: string): void;
}

/** Runs one command line and resolves to the exit status: 0, or 1 when anything went wrong. */
export async function runTmc(argv: string[], world: TmcWorld): Promise<number> {
  const program = tmcProgram(world);
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (!(error instanceof TmcError)) throw error;
    world.printError(`Error: ${error.message}`);
    return 1;
  }
}

/** The whole grammar, for `runTmc` and for what reads it: completion and tests. */
export function tmcProgram(world: TmcWorld): Command {
  const program = new Command("tmc")
    .description("Manage workspaces, the namespaces in them, and the image policies that hold there.")
    .version(world.version, "-v, --version", "print the version")
    .option("--kubeconfig <file>", "accepted for compatibility; the server acts on the cluster")
    .addHelpText("after", EXAMPLES);
  program.addCommand(loginCommand(world));
  program.addCommand(systemCommand(world));
  program.addCommand(configureCommand(world));
  program.addCommand(
    new Command("organization")
      .description("What holds for the whole organization")
      .addCommand(policyCommand(world, { hasWorkspace: false }))
      .addCommand(iamCommand(world, { hasWorkspace: false }))
      .addCommand(placeHistoryCommand(world, { hasWorkspace: false })),
  );
  program.addCommand(clusterGroupCommand(world));
  program.addCommand(clusterCommand(world));
  program.addCommand(workspaceCommand(world));
  program.addCommand(policyTemplatesCommand(world));
  program.addCommand(imageCommand(world));
  const version = program.command("version").description("Print the version");
  examples(version, "tmc version").action(() => world.print(world.version));
  addCompletion(program, world);
  addRefusedVerbs(program);
  settle(program, world);
  return program;
}

/** Errors come back as exceptions, and output goes where the caller wants it, on every level. */
function settle(command: Command, world: TmcWorld): void {
  refuseRepeated(command);
  command
    .exitOverride()
    .showHelpAfterError("(add --help for usage)")
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => world.print(text.trimEnd()),
      writeErr: (text) => world.printError(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, "Error: ")),
    });
  for (const child of command.commands) settle(child, world);
}

const EXAMPLES = `
Examples:
  tmc cluster namespace attach -n my-namespace -k my-workspace -c my-cluster
  tmc workspace image-policy create -r require-digest --workspace-name my-workspace -n digests
  tmc workspace image-policy create -f policy.yaml
  tmc workspace image-policy list --workspace-name my-workspace
  tmc organization image-policy list -o json
  tmc workspace image-policy violations --workspace-name my-workspace
  tmc workspace image-policy exception list --workspace-name my-workspace
  tmc workspace image-policy history no-busybox --workspace-name my-workspace
  tmc workspace iam add-binding my-workspace -r workspace.edit -u alice
  tmc image explain busybox -n my-namespace
  source <(tmc completion bash)

What the original does beyond images (clusters, networks, backups) is refused by name, with what to do instead.

The server and its token come from LECTERN_URL and LECTERN_TOKEN.`;
