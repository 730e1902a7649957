import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  type NodeIdentity,
  NodeNamespaces,
  startNodeNamespaces,
} from "../kubernetes/node/node-namespaces.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";

const LEAVES = { timeout: 30_000 };

describe.skipIf(!hasRealCluster())("the end of a node", () => {
  it("takes processes, files and control groups with it when its test run is killed", async () => {
    const { holder, identity } = await holdNode();
    const inside = processInside(identity);
    holder.kill("SIGKILL");
    await once(inside, "exit");
    await expect.poll(() => leftOf(identity), LEAVES).toEqual([]);
  });

  it("is made up for by the next node where all that held it was killed, and by no node that lives meanwhile", async () => {
    const living = await holdNode();
    const killed = await holdNode();
    const inside = processInside(killed.identity);
    killed.holder.kill("SIGKILL");
    for (const pid of processesNaming(killed.identity)) kill(pid);
    await once(inside, "exit");
    expect(existsSync(killed.identity.folder)).toBe(true);

    const next = await startNodeNamespaces(realCluster().node.identity.binaries);
    await expect.poll(() => leftOf(killed.identity), LEAVES).toEqual([]);
    expect(await new NodeNamespaces(living.identity).run("echo", ["alive"])).toBe("alive\n");
    await next.stop();
    living.holder.kill("SIGKILL");
    await expect.poll(() => leftOf(living.identity), LEAVES).toEqual([]);
  });

  it("leaves the machine's interfaces, mounts and kernel settings as they were", async () => {
    const before = machine();
    const { holder, identity } = await holdNode();
    expect(machine()).toEqual(before);
    holder.kill("SIGKILL");
    await expect.poll(() => leftOf(identity), LEAVES).toEqual([]);
  });
});

async function holdNode(): Promise<{ holder: ChildProcess; identity: NodeIdentity }> {
  const script = fileURLToPath(new URL("hold-node.ts", import.meta.url));
  const holder = spawn(process.execPath, ["--import", "tsx", script, realCluster().node.identity.binaries], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(holder.stdout);
  const [line] = (await once(lines, "line", { signal: AbortSignal.timeout(60_000) })) as [string];
  return { holder, identity: JSON.parse(line) as NodeIdentity };
}

/** A program in the namespaces, which must not outlive them. */
function processInside(identity: NodeIdentity): ChildProcess {
  const [command, args] = new NodeNamespaces(identity).inside("sleep", ["1000"]);
  return spawn(command, args, { stdio: "ignore" });
}

/** What is still there of a node: folder, control groups, the process that held it. */
function leftOf({ folder, pid }: NodeIdentity): string[] {
  const groups = execFileSync("find", ["/sys/fs/cgroup", "-type", "d", "-name", basename(folder)], {
    encoding: "utf8",
  });
  return [
    ...(existsSync(folder) ? [folder] : []),
    ...groups.split("\n").filter((group) => group !== ""),
    ...(existsSync(`/proc/${pid}`) ? [`process ${pid}`] : []),
  ];
}

/** The processes of this machine whose command line names the node's folder or its name. */
function processesNaming({ folder }: NodeIdentity): number[] {
  const name = basename(folder);
  return execFileSync("ps", ["-e", "-o", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(name))
    .map((line) => Number.parseInt(line, 10));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended with one that was killed before it.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function machine(): Record<string, string> {
  const files = ["/proc/self/mounts", "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/panic"];
  return {
    interfaces: execFileSync("ip", ["-brief", "link"], { encoding: "utf8" }),
    ...Object.fromEntries(files.map((file) => [file, readFileSync(file, "utf8")])),
  };
}
