import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import type { SessionView } from "../../workshop/common/api.js";
import { BrowserSession, serverPid } from "../server/browser-session.js";
import {
  homeOf,
  processesOf,
  startLectern,
  supervisedPid,
  temporaryFolder,
  until,
  writeLab,
} from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = writeLab(folder.path);
let lectern: LecternProcess;
let browser: BrowserSession;
let session: SessionView;

beforeAll(async () => {
  lectern = await startLectern(data, ["--lab", lab]);
  browser = new BrowserSession(lectern.url);
  session = await browser.startLab("slow-steps");
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("kill -9 of the server in the middle of a command", () => {
  it("loses neither the shell, nor the outcome, nor what was acknowledged", async () => {
    await browser.run(session, 0);
    await browser.outcome(session, 0);
    const home = homeOf(data, session.id);
    const shell = readFileSync(join(home, "shell.since"), "utf8");
    await browser.run(session, 1);
    await browser.json("POST", `api/sessions/${session.id}/pages/${session.currentPage}/visit`);
    await killServer();
    const slept = await browser.outcome(session, 1);
    expect([slept.state, slept.output?.trim()]).toEqual(["succeeded", "woke up"]);
    expect(slept.durationMs).toBeGreaterThan(3_900);
    await browser.run(session, 0);
    await browser.outcome(session, 0);
    expect(readFileSync(join(home, "shell.since"), "utf8")).toBe(shell);
    const view = await browser.json<SessionView>("GET", `api/sessions/${session.id}`);
    expect(view.results.map(({ number, state }) => [number, state])).toEqual([
      [0, "succeeded"],
      [1, "succeeded"],
    ]);
  });

  it("is told at the terminal, and the page's address stays the same", async () => {
    await until("the loss is told", 60_000, () =>
      /server ended \(SIGKILL\); starting it again\nserver is back after/.test(lectern.output())
        ? true
        : undefined,
    );
    expect((await browser.call("GET", "healthz")).status).toBe(200);
  });

  it("makes the sessions it had begun to make ready all the same", async () => {
    const { id } = await browser.json<SessionView>("POST", "api/sessions", { lab: "slow-steps" });
    await killServer();
    const view = await settled(id);
    expect([view.phase, view.reason]).toEqual(["Active", undefined]);
  });
});

describe("kill -9 of the terminal host in the middle of a command", () => {
  it("ends the step without a verdict, and opens the shell anew for the next", async () => {
    await browser.run(session, 1);
    await until("it runs", 60_000, async () => {
      const { results } = await browser.json<SessionView>("GET", `api/sessions/${session.id}`);
      return results.find(({ number, state }) => number === 1 && state === "running");
    });
    process.kill(supervisedPid(data, "terminal"), "SIGKILL");
    const lost = await browser.outcome(session, 1);
    expect(["unknown", "interrupted"]).toContain(lost.state);
    await until("the host is back", 60_000, () => /terminal host is back/.exec(lectern.output())?.[0]);
    await browser.run(session, 2);
    expect((await browser.outcome(session, 2)).state).toBe("succeeded");
  });
});

describe("kill -9 of the cluster", () => {
  it("keeps the session, and its kubeconfig works again", async () => {
    process.kill(supervisedPid(data, "cluster"), "SIGKILL");
    await until("the cluster is back", 60_000, () => /cluster is back/.exec(lectern.output())?.[0]);
    await ready();
    expect((await browser.json<SessionView>("GET", `api/sessions/${session.id}`)).phase).toBe("Active");
  });
});

async function ready(): Promise<void> {
  await until("the server is ready again", 60_000, async () =>
    (await browser.call("GET", "readyz")).status === 200 ? true : undefined,
  );
}

describe.each(["cluster", "terminal"] as const)(
  "kill -9 of the process %s while it makes a session",
  (name) => {
    it("has the session made all the same", async () => {
      // What was killed before is back, and the server may not have heard of it yet.
      await ready();
      const { id } = await browser.json<SessionView>("POST", "api/sessions", { lab: "slow-steps" });
      process.kill(supervisedPid(data, name), "SIGKILL");
      const view = await settled(id);
      expect([view.phase, view.reason]).toEqual(["Active", undefined]);
    });
  },
);

describe("kill -9 of the supervisor", () => {
  it("loses no shell and no session when Lectern is started again", async () => {
    const home = homeOf(data, session.id);
    await browser.run(session, 0);
    await browser.outcome(session, 0);
    const shell = readFileSync(join(home, "shell.since"), "utf8");
    await lectern.stop("SIGKILL");
    lectern = await startLectern(data, ["--lab", lab]);
    expect(lectern.output()).toContain("Took over the terminal host that was still running");
    expect(lectern.output()).toContain("Took over the cluster that was still running");
    expect(lectern.url).toBe(browser.url);
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
    expect(readFileSync(join(home, "shell.since"), "utf8")).toBe(shell);
  });

  it("leaves nothing running that the next Ctrl-C does not end", async () => {
    expect(await lectern.stop("SIGINT")).toBeLessThan(3_000 * crowdingBesideTests());
    expect(processesOf(data)).toEqual([]);
  });

  it("leaves nothing running for long when nobody starts it again", async () => {
    lectern = await startLectern(data, ["--lab", lab]);
    await lectern.stop("SIGKILL");
    await until("all processes are gone", 60_000, () => (processesOf(data).length === 0 ? true : undefined));
  });
});

/** The session when it has been made, or could not be. */
function settled(id: string): Promise<SessionView> {
  return until("the session is active", 60_000, async () => {
    const answer = await browser.call("GET", `api/sessions/${id}`).catch(() => undefined);
    const seen = answer?.status === 200 ? (JSON.parse(answer.text) as SessionView) : undefined;
    return seen?.phase === "Active" || seen?.phase === "Failed" ? seen : undefined;
  });
}

async function killServer(): Promise<void> {
  const pid = serverPid(data);
  process.kill(pid, "SIGKILL");
  await until("another server answers", 60_000, () => (serverPid(data) === pid ? undefined : true));
}
