import { Command } from "commander";
import { readEnvironment } from "../../config.js";
import { path } from "../options.js";
import { examplesText } from "../program.js";
import { untilSignalled } from "../signals.js";

/** `lectern terminal-host`: the host of learners' shells by itself, for several servers of one machine. */
export function terminalHostCommand(): Command {
  const command = new Command("terminal-host").description(
    "The host of learners' shells: run it alone, for several servers of one machine.",
  );
  return command.addCommand(start());
}

function start(): Command {
  return new Command("start")
    .description("Run the terminal host alone, until Ctrl-C, and print its socket.")
    .option("--data <dir>", "where sessions and homes are kept", path, readEnvironment().data)
    .addHelpText(
      "after",
      examplesText([
        "lectern terminal-host start --data /srv/shells",
        "lectern serve --terminal-host /srv/shells/terminal/run/host.sock ...",
      ]),
    )
    .action(async ({ data }: { data: string }) => {
      // Loaded when needed: the other commands should not wait for it.
      const { lockDataDir } = await import("../../supervisor/data-dir.js");
      const { findKubectl } = await import("../../supervisor/preflight.js");
      const { checkConfinement, startTerminals } = await import("../../supervisor/terminals.js");
      const environment = readEnvironment();
      await untilSignalled(async () => {
        const dataDir = lockDataDir(data);
        try {
          const { paths } = dataDir;
          const config = { host: "localhost", logTo: "files", keepRecordings: false } as const;
          const kubectl = findKubectl(environment.path, environment.kubectl);
          const confinement = checkConfinement(paths, config, { report });
          const options = { environment, paths, confinement, kubectl, config };
          const terminals = await startTerminals(options, { report });
          report(`Terminal host:    ${terminals.socket}`);
          return { stop: () => terminals.stop().finally(() => dataDir.release()) };
        } catch (error) {
          dataDir.release();
          throw error;
        }
      });
    });
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
