import { Command } from "commander";
import { path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";

interface UninstallFlags {
  kubeconfig: string;
  sessionsOnly?: true;
  wait: number;
}

/** `lectern uninstall`: takes away what Lectern made in a cluster that goes on without it. */
export function uninstallCommand(): Command {
  return new Command("uninstall")
    .description("End every session on a cluster and take away all that Lectern made there.")
    .requiredOption("--kubeconfig <file>", "the cluster, as an administrator", path)
    .option("--sessions-only", "end the sessions, and leave the rest for servers that go on")
    .option(
      "--wait <seconds>",
      "how long running servers get to end their sessions",
      wholeNumber(0, 3_600),
      60,
    )
    .addHelpText("after", examplesText(["lectern uninstall --kubeconfig ~/.kube/config"]))
    .action(run);
}

async function run({ kubeconfig, sessionsOnly, wait }: UninstallFlags): Promise<void> {
  // Loaded when needed: the other commands should not wait for it.
  const { KubernetesClient } = await import("../../../kubernetes/node/kubernetes-client.js");
  const { checkVersion, readKubeconfig } = await import("../../supervisor/preflight.js");
  const { removeFromCluster, removeSessions } = await import("../../cluster-removal.js");
  const config = await readKubeconfig(kubeconfig);
  await checkVersion(config);
  const client = new KubernetesClient(config);
  const options = {
    patienceMs: wait * 1000,
    report: (line: string) => void process.stdout.write(`${line}\n`),
  };
  try {
    await (sessionsOnly ? removeSessions(client, options) : removeFromCluster(client, options));
  } finally {
    client.close();
  }
}
