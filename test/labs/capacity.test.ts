import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startCluster } from "../../cluster/start.js";
import { IDLE_SESSION } from "../../server/machine-capacity.js";
import type { CapacityReport } from "../../workshop/common/capacity.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { createSession } from "../../workshop/node/sessions.js";
import { whyNoContainers } from "../containers/sandboxes-for-tests.js";
import { runCli } from "../server/lectern-process.js";
import { describeCapacity } from "./capacity-suite.js";
import { startTestPlatform } from "./test-platform.js";

const page = new URL("./testdata/one-page.md", import.meta.url).pathname;
const isRoot = process.getuid?.() === 0;
if (!isRoot)
  process.stderr.write(
    "left out: what an idle session takes (only root's sessions have accounts to tell them by)\n",
  );

describeCapacity("capacity of the embedded cluster, asked by its kubeconfig,", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-capacity-"));
  const cluster = await startCluster({ dataDir: folder });
  return {
    kubeconfigPath: cluster.kubeconfigPath,
    close: async () => {
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});

describe("capacity of the machine", () => {
  it("is memory, processors, processes, disk and accounts, and enough or not for as many as are asked for", async () => {
    const asked = ["capacity", "--lab", page, "--data", join(tmpdir(), "not-there-yet"), "--json"];
    const some = JSON.parse((await runCli([...asked, "--sessions", "1"])).output) as CapacityReport;
    const names = some.rows.map(({ where, name }) => `${where} ${name}`);
    expect(names).toEqual(
      expect.arrayContaining(["machine memory", "machine cpu", "machine processes", "machine disk"]),
    );
    expect(names.includes("machine accounts")).toBe(isRoot);
    const about =
      whyNoContainers() === undefined ? "what learners start in their pods" : "runs no containers";
    expect(some.notes).toEqual([expect.stringContaining(about)]);
    expect(some.isEnough).toBe(true);
    const many = await runCli([...asked, "--sessions", "100000"]);
    expect([many.status, (JSON.parse(many.output) as CapacityReport).isEnough]).toEqual([1, false]);
    const limited = await runCli([...asked, "--session-limits", "memory=32Mi,tmp=1Mi"]);
    const memory = (JSON.parse(limited.output) as CapacityReport).rows.find(({ name }) => name === "memory");
    expect(memory?.mayTake).toBe(33 * 2 ** 20);
  });

  it.skipIf(!isRoot)("takes no less for an idle session than one takes", async () => {
    const platform = await startTestPlatform();
    try {
      const lab = { ...(await loadLab(page)), layout: "split" as const };
      const session = await createSession(platform.client, lab, { startedBy: "learner" });
      await platform.provisioner.provision(session, lab);
      const said = await platform.host.exec(session.metadata.name, { argv: ["id", "-u"] });
      const processes = processesOf(Buffer.from(said.stdout).toString().trim());
      expect(processes.length).toBeGreaterThan(0);
      expect(processes.length).toBeLessThanOrEqual(IDLE_SESSION.processes);
      const bytes = processes.reduce((sum, pid) => sum + proportionalBytes(pid), 0);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(IDLE_SESSION.memoryBytes);
    } finally {
      await platform.close();
    }
  });
});

it("refuses what is no lab, and a cluster that does not answer, in a sentence", async () => {
  const nowhere = await runCli(["capacity", "--lab", "/not/there"]);
  expect([nowhere.status, nowhere.output]).toEqual([2, expect.stringContaining("[LAB_NOT_FOUND]")]);
  const none = await runCli(["capacity", "--lab", page, "--kubeconfig", "/not/there"]);
  expect([none.status, none.output]).toEqual([3, expect.stringContaining("[SERVER_KUBECONFIG_INVALID]")]);
  const podless = await runCli(["capacity", "--lab", page, "--shells", "pods"]);
  expect([podless.status, podless.output]).toEqual([
    2,
    expect.stringContaining("--shells pods needs a cluster"),
  ]);
});

function processesOf(uid: string): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return new RegExp(`^Uid:\\s+${uid}\\s`, "m").test(readFileSync(`/proc/${name}/status`, "utf8"));
    } catch {
      return false;
    }
  });
}

/** What of the machine's memory is the process's, its share of what it shares with others included. */
function proportionalBytes(pid: string): number {
  try {
    const smaps = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(smaps)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
