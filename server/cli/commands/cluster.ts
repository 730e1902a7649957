import { Command } from "commander";
import { dataPaths, readEnvironment } from "../../config.js";
import type { ContainersChoice, DataPaths } from "../../config.js";
import { existsSync } from "node:fs";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { containersOption, path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { untilSignalled } from "../signals.js";

/** `lectern cluster`: the embedded Kubernetes by itself. */
export function clusterCommand(): Command {
  const command = new Command("cluster").description(
    "The embedded Kubernetes: run it alone, find its kubeconfig.",
  );
  command.addHelpText(
    "after",
    examplesText(["lectern cluster start", "kubectl --kubeconfig $(lectern cluster kubeconfig) get ns"]),
  );
  return command.addCommand(start()).addCommand(kubeconfig());
}

interface StartFlags {
  data: string;
  port?: number;
  containers: ContainersChoice;
}

function start(): Command {
  return withData(new Command("start"))
    .description("Run the embedded Kubernetes alone, until Ctrl-C.")
    .option(
      "--port <number>",
      "port of the API server (default: the one it had before, or any free one)",
      wholeNumber(0, 65_535),
    )
    .addHelpText("after", examplesText(["lectern cluster start --data /tmp/playground --port 6443"]))
    .addOption(containersOption())
    .action(async ({ data, port, containers }: StartFlags) => {
      // Loaded when needed: the other commands should not wait for it.
      const { startClusterWithContainers } = await import("../../supervisor/cluster-with-containers.js");
      const { containersSocket } = await import("../../supervisor/containers.js");
      const { lockDataDir } = await import("../../supervisor/data-dir.js");
      await untilSignalled(async () => {
        const dataDir = lockDataDir(data);
        try {
          const { paths } = dataDir;
          const cluster = await startClusterWithContainers(
            containersSocket({ paths, containers }, { report }),
            {
              environment: readEnvironment(),
              logTo: "files",
              paths,
              hasOneNetwork: true,
              ...(port === undefined ? {} : { port }),
            },
            { report },
          );
          report(`export KUBECONFIG=${dataDir.paths.kubeconfig}`);
          return { stop: () => cluster.stop().finally(() => dataDir.release()) };
        } catch (error) {
          dataDir.release();
          throw error;
        }
      });
    });
}

function kubeconfig(): Command {
  return withData(new Command("kubeconfig"))
    .description("Print the path of the embedded cluster's kubeconfig.")
    .addHelpText("after", examplesText(["export KUBECONFIG=$(lectern cluster kubeconfig)"]))
    .action(({ data }: { data: string }) => {
      process.stdout.write(`${existingKubeconfig(dataPaths(data), data)}\n`);
    });
}

function existingKubeconfig(paths: DataPaths, data: string): string {
  if (existsSync(paths.kubeconfig)) return paths.kubeconfig;
  const message = `There is no embedded cluster in ${data} yet. Start one with "lectern serve" or "lectern cluster start".`;
  throw new ServerError(serverErrorCodes.notRunning, message);
}

function withData(command: Command): Command {
  return command.option("--data <dir>", "data directory", path, readEnvironment().data);
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
