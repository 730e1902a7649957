import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import { supervise } from "./supervised-process.js";
import type { ProcessSpec } from "./supervised-process.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-supervise-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Writes its process id where the probe looks for it, then stays. */
const STEADY = `
  import { writeFileSync } from "node:fs";
  writeFileSync(process.argv[2], String(process.pid));
  setInterval(() => undefined, 1000);
`;

describe("supervise", () => {
  it("starts a process that is killed again, and ends it when asked", async () => {
    const lines: string[] = [];
    const running = await supervise(spec(STEADY), { report: (line) => lines.push(line) });
    const first = running.pid ?? 0;
    process.kill(first, "SIGKILL");
    await until(() => running.pid !== first && lines.some((line) => line.includes("is back")));
    const second = running.pid ?? 0;
    expect(lines[0]).toContain("toy ended (SIGKILL); starting it again");
    await running.stop();
    expect(isAlive(second)).toBe(false);
  });

  it("gives what runs ahead the processor first, also when it is started again, and nothing else", async () => {
    const own = aheadOf(process.pid);
    // We ourselves may be in no group, as what began no session of its own is; what we start leads one.
    const hasGroups = existsSync("/proc/self/autogroup");
    const wanted = hasGroups ? (process.getuid?.() === 0 ? "-10" : "0") : undefined;
    const plain = await supervise(spec(STEADY), { report: () => undefined });
    expect(aheadOf(plain.pid ?? 0)).toBe(hasGroups ? "0" : undefined);
    await plain.stop();
    const running = await supervise({ ...spec(STEADY), runsAhead: true }, { report: () => undefined });
    const first = running.pid ?? 0;
    expect(aheadOf(first)).toBe(wanted);
    process.kill(first, "SIGKILL");
    await until(() => running.pid !== first && running.pid !== undefined && isAlive(running.pid));
    await until(() => aheadOf(running.pid ?? 0) === wanted);
    expect(aheadOf(process.pid)).toBe(own);
    await running.stop();
  });

  it("kills a process that does not end when asked", async () => {
    const stubborn = `process.on("SIGTERM", () => undefined);\n${STEADY}`;
    const running = await supervise(spec(stubborn), { report: () => undefined });
    const pid = running.pid ?? 0;
    const since = Date.now();
    await running.stop();
    expect(isAlive(pid)).toBe(false);
    expect(Date.now() - since).toBeLessThan(2_500 * crowdingBesideTests());
  });

  it("replaces a process that runs but does not answer, and says what is lost with it", async () => {
    const lines: string[] = [];
    const running = await supervise(
      { ...spec(STEADY), deafMs: 1_500, lost: () => "Lost with it: a tune.", probe: whileAwake },
      { report: (line) => lines.push(line) },
    );
    const first = running.pid ?? 0;
    process.kill(first, "SIGSTOP");
    await until(() => running.pid !== first && lines.some((line) => line.includes("is back")));
    expect(lines.slice(0, 2)).toEqual([
      "toy runs but does not answer; it was killed, starting it again",
      "Lost with it: a tune.",
    ]);
    expect(isAlive(first)).toBe(false);
    await running.stop();
  });

  it("leaves a process alone that was silent for a while only", async () => {
    const lines: string[] = [];
    const running = await supervise(
      { ...spec(STEADY), deafMs: 4_000, probe: whileAwake },
      { report: (line) => lines.push(line) },
    );
    const pid = running.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    await delay(1_500);
    process.kill(pid, "SIGCONT");
    await delay(4_000);
    expect([running.pid, lines]).toEqual([pid, []]);
    await running.stop();
  });

  it("says with the process's own words why the first start failed", async () => {
    const broken = `console.error("error: the cellar is flooded"); process.exitCode = 3;`;
    const failure = supervise(spec(broken), { report: () => undefined });
    await expect(failure).rejects.toMatchObject({ code: "SERVER_PROCESS_FAILED" });
    await expect(failure).rejects.toThrow(/toy ended \(exit status 3\)[^]*the cellar is flooded/);
  });
});

function spec(source: string): ProcessSpec {
  const entry = join(folder, "toy.mjs");
  const pidFile = join(folder, "pid");
  writeFileSync(entry, source);
  return {
    name: "toy",
    entry,
    args: [pidFile],
    env: { PATH: "/usr/bin:/bin" },
    logFile: join(folder, "toy.log"),
    probe: async (pid) => {
      if (readFileSync(pidFile, "utf8") !== String(pid)) throw new Error("not yet");
    },
  };
}

/** Answers unless the process is stopped. */
async function whileAwake(pid: number): Promise<void> {
  if (readFileSync(join(folder, "pid"), "utf8") !== String(pid)) throw new Error("not yet");
  const state = /^State:\t(.)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
  if (state === "T") throw new Error("stopped");
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("it did not happen within 60 s");
    await delay(20);
  }
}

/** Where the kernel has what the process leads on the scale of nice(1); nothing where it is in no such group. */
function aheadOf(pid: number): string | undefined {
  try {
    return / nice (-?\d+)/.exec(readFileSync(`/proc/${String(pid)}/autogroup`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
