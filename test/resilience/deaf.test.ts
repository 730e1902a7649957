import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { BrowserSession, serverPid } from "../server/browser-session.js";
import {
  homeOf,
  processesOf,
  startLectern,
  temporaryFolder,
  until,
  writeLab,
} from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let browser: BrowserSession;
let session: SessionView;

beforeAll(async () => {
  lectern = await startLectern(data, ["--lab", writeLab(folder.path)]);
  browser = new BrowserSession(lectern.url);
  session = await browser.startLab("slow-steps");
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("a process that runs but answers nobody", () => {
  it("is replaced where it is the server, and the shells go on", async () => {
    const before = await shellAfterStep();
    await replaced("server", serverPid(data));
    expect(await shellAfterStep()).toBe(before);
  });

  it("is replaced where it is the cluster, and the shells and pages go on", async () => {
    const before = await shellAfterStep();
    const server = serverPid(data);
    await replaced("cluster", pidOf("supervisor/cluster-process.js"));
    await until("the server is ready again", 60_000, async () =>
      (await browser.call("GET", "readyz")).status === 200 ? true : undefined,
    );
    expect([serverPid(data), await shellAfterStep()]).toEqual([server, before]);
  });

  it("is replaced where it is the terminal host, says which shells are lost, and opens them anew", async () => {
    const before = await shellAfterStep();
    const server = serverPid(data);
    await replaced("terminal host", pidOf("terminal/node/main.js"));
    expect(lectern.output()).toMatch(new RegExp(`Lost with it: the shells of .*${session.id}/1`));
    expect(serverPid(data)).toBe(server);
    expect(await shellAfterStep()).not.toBe(before);
  });
});

/** Stops the process as a debugger would, and waits until another has taken its place. */
async function replaced(name: string, pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  const told = `${name} runs but does not answer; it was killed, starting it again`;
  await until(`"${told}" is told`, 60_000, () => (lectern.output().includes(told) ? true : undefined));
  await until(`the ${name} is back`, 60_000, () =>
    lectern.output().includes(`${name} is back`) ? true : undefined,
  );
}

async function shellAfterStep(): Promise<string> {
  await browser.run(session, 0);
  expect((await browser.outcome(session, 0)).state).toBe("succeeded");
  return readFileSync(join(homeOf(data, session.id), "shell.since"), "utf8");
}

function pidOf(entry: string): number {
  const found = processesOf(data).find((pid) =>
    readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").includes(entry),
  );
  if (found === undefined) throw new Error(`no process of ${data} runs ${entry}`);
  return found;
}
