import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, type Figure } from "../figure.js";

const RUNS = 5;
const program = fileURLToPath(new URL("../../dist/cluster/main.js", import.meta.url));

/** From starting the process of the embedded cluster on an empty directory to its first line, which says it is ready. */
export const embeddedStart: Figure = {
  name: "embedded cluster, start to ready",
  unit: "ms",
  bound: 500,
  method: `median of ${RUNS} processes on empty directories`,
  async measure() {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await startOnce());
    return median(times);
  },
};

async function startOnce(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-bench-"));
  const start = performance.now();
  const child = spawn(process.execPath, [program, "--data", folder, "--log-level", "error"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data", { signal: AbortSignal.timeout(30_000) });
    return performance.now() - start;
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}
