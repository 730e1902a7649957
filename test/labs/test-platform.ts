import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { startCluster } from "../../cluster/start.js";
import { dataPaths, productRoot, readEnvironment } from "../../server/config.js";
import { learnerPath, makeToolFolder } from "../../server/learner/tool-folder.js";
import { type Platform, openPlatform } from "../../server/platform.js";
import { findKubectl } from "../../server/supervisor/preflight.js";
import { unixSocketEndpoint } from "../../terminal/node/host-endpoint.js";
import { startTerminalHost } from "../../terminal/node/start-terminal-host.js";

export interface TestPlatform extends Platform {
  /** Kubeconfig of the administrator. */
  kubeconfig: string;
}

/** A cluster to stand on, and the way to end it; embedded where the test brings none. */
export interface TestCluster {
  kubeconfigPath: string;
  close(): Promise<void>;
}

/** A cluster, a terminal host and the policies, joined as the server joins them, in a folder of their own. */
export async function startTestPlatform(
  startAnyCluster: (dataDir: string) => Promise<TestCluster> = (dataDir) => startCluster({ dataDir }),
): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-labs-test-"));
  chmodSync(folder, 0o711);
  const paths = dataPaths(folder);
  const terminalSocket = join(folder, "run", "host.sock");
  const environment = readEnvironment();
  const kubectl = findKubectl(environment.path, environment.kubectl);
  const tools = makeToolFolder({ folder: paths.tools, productRoot, node: process.execPath, kubectl });
  const [cluster, terminals] = await Promise.all([
    startAnyCluster(paths.cluster),
    startTerminalHost({
      endpoint: unixSocketEndpoint(terminalSocket),
      dataDir: paths.terminal,
      tools: { searchPath: learnerPath(tools), readOnlyPaths: tools.readOnlyPaths },
      allowUnconfined: process.getuid?.() !== 0,
    }),
  ]);
  const platform = await openPlatform({
    kubeconfig: cluster.kubeconfigPath,
    terminalSocket,
    config: { keepRecordings: false },
    paths,
    publicUrl: () => "http://localhost/",
    shellUrl: () => "http://localhost/",
    environment: {},
    log: pino({ level: "silent" }),
  });
  return {
    ...platform,
    kubeconfig: cluster.kubeconfigPath,
    close: async () => {
      await platform.close();
      await terminals.close();
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
