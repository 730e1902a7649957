import { Command, Option } from "commander";
import {
  defaultHost,
  defaultMaxSessions,
  defaultPort,
  readEnvironment,
  shippedContent,
} from "../../config.js";
import type { ServeConfig } from "../../config.js";
import { collect, path, webAddress, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { untilSignalled } from "../signals.js";

interface ServeFlags {
  port: number;
  host: string;
  data: string;
  lab?: string[];
  kubeconfig?: string;
  publicUrl?: string;
  maxSessions: number;
  logTo: "files" | "stdout";
  keepRecordings: boolean;
}

const EXAMPLES = [
  "lectern serve",
  "lectern serve --port 9000 --lab ~/labs --lab intro.md",
  "lectern serve --kubeconfig ~/.kube/config --data /srv/lectern",
  "lectern serve --host 0.0.0.0 --public-url https://labs.example.org/",
];

const ENVIRONMENT = `
Environment:
  LECTERN_DATA       the default of --data
  LECTERN_KUBECTL    the kubectl learners get (default: the first on PATH)
  LECTERN_LOG_LEVEL  debug, info, warn or error (default: info)`;

/** `lectern serve`: the cluster, the terminal host and the server, until Ctrl-C. */
export function serveCommand(): Command {
  const environment = readEnvironment();
  return new Command("serve")
    .description("Run Lectern: pages, terminals and, without --kubeconfig, a Kubernetes of its own.")
    .option(
      "--port <number>",
      "port of the web page; 0 takes any free one",
      wholeNumber(0, 65_535),
      defaultPort,
    )
    .option(
      "--host <address>",
      "address to listen on; beyond loopback only with confined shells",
      defaultHost,
    )
    .option("--data <dir>", "where sessions, homes and keys are kept", path, environment.data)
    .option(
      "--lab <dir>",
      "a lab, a folder of labs, or one Markdown page; may be repeated (default: the shipped labs)",
      collect,
    )
    .option(
      "--kubeconfig <file>",
      "use this cluster (Kubernetes 1.30 or newer) instead of the embedded one",
      path,
    )
    .option("--public-url <url>", "the address learners type, where a proxy stands in front", webAddress)
    .option("--max-sessions <number>", "live sessions at once", wholeNumber(1, 100_000), defaultMaxSessions)
    .addOption(
      new Option("--log-to <place>", "where the processes write their logs")
        .choices(["files", "stdout"])
        .default("files"),
    )
    .option(
      "--keep-recordings",
      "keep what terminals showed beyond the end of their sessions, in the data directory",
      false,
    )
    .addHelpText("after", `${examplesText(EXAMPLES)}\n${ENVIRONMENT}`)
    .action(async ({ lab, ...flags }: ServeFlags) => {
      const config: ServeConfig = { ...flags, labs: lab ?? [shippedContent], logLevel: environment.logLevel };
      const { serve } = await import("../../supervisor/serve.js");
      await untilSignalled((signal) => serve(config, environment, { signal, report }));
      report(`Lectern has stopped. Sessions are kept in ${config.data}; the next start finds them again.`);
    });
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
