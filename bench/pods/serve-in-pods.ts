import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRunningServer } from "../../server/supervisor/running-server.js";
import { NODE_ADDRESS } from "../../test/kubernetes/node/node-namespaces.js";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { runCli, startLectern, temporaryFolder } from "../../test/server/lectern-process.js";
import type { RealNode } from "./real-node.js";

/** A server outside of the cluster, whose sessions have pods on the node. */
export interface PodServer {
  url: string;
  instructor: BrowserSession;
  pid: number;
  /** The folder of the lab `plain`, of one page with one step. */
  lab: string;
}

/** Runs one with the labs `plain` and `pooled`, which keeps `ready` sessions; all of them end with it. */
export async function serveInPods<T>(
  { kubeconfig, images }: RealNode,
  { ready, sessions }: { ready: number; sessions: number },
  use: (server: PodServer) => Promise<T>,
): Promise<T> {
  const folder = temporaryFolder();
  const data = join(folder.path, "data");
  const lab = writeLab(folder.path, "plain", "");
  const pooled = writeLab(folder.path, "pooled", `pool: {ready: ${String(ready)}}\n`);
  const labs = ["--lab", lab, ...(ready === 0 ? [] : ["--lab", pooled])];
  const words = [
    `--kubeconfig=${kubeconfig}`,
    "--shells=pods",
    `--shell-image=${images.toolbox.name}`,
    `--host-image=${images.server.name}`,
    `--shell-url=http://${NODE_ADDRESS}:18080`,
    "--start=open",
    `--max-sessions=${String(sessions)}`,
  ];
  const lectern = await startLectern(data, [...labs, ...words]);
  try {
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    return await use({ url: lectern.url, instructor, pid: readRunningServer(data).pid, lab });
  } finally {
    // A pool is filled again as long as somebody wants one, and the next server would not end what is this one's.
    writeLab(folder.path, "pooled", "");
    await runCli(["uninstall", "--kubeconfig", kubeconfig, "--sessions-only"]);
    await lectern.stop();
    folder.remove();
  }
}

function writeLab(folder: string, name: string, more: string): string {
  const lab = join(folder, name);
  mkdirSync(join(lab, "pages"), { recursive: true });
  writeFileSync(join(lab, "workshop.yaml"), `title: ${name}\nlayout: default\n${more}`);
  writeFileSync(join(lab, "pages", "a.md"), "# A page\n\n```execute-1\necho done\n```\n");
  return lab;
}
