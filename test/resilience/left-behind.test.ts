import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster } from "../../cluster/start.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import { dialUnixSocket } from "../../terminal/node/dial-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import type { SessionView } from "../../workshop/common/api.js";
import { BrowserSession } from "../server/browser-session.js";
import { homeOf, runCli, startLectern, temporaryFolder, until, writeLab } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

/** Twenty names of 250 characters: longer than any path may be. */
const DEEP = `n=$(printf 'd%.0s' {1..250}); for i in {1..20}; do mkdir $n && cd $n || exit 1; done 2>/dev/null`;

const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = writeLab(folder.path);
let lectern: LecternProcess;
/** What each enemy put into the place of its kubeconfig, and its session. */
const enemies = new Map<string, SessionView>();
let other: SessionView;
let others: BrowserSession;
let host: SessionHost;

const IN_PLACE = new Map([
  ["a pipe", "rm ~/.kube/config; mkfifo ~/.kube/config"],
  ["a file without end", "rm ~/.kube/config; ln -s /dev/zero ~/.kube/config"],
  ["a folder", "rm ~/.kube/config; mkdir ~/.kube/config"],
  ["a link to nowhere as its folder", "rm -r ~/.kube; ln -s /nowhere ~/.kube"],
]);

beforeAll(async () => {
  await start();
  others = new BrowserSession(lectern.url);
  other = await others.startLab("slow-steps");
  await others.run(other, 0);
  await others.outcome(other, 0);
  for (const [what, line] of IN_PLACE) {
    const enemy = await new BrowserSession(lectern.url).startLab("slow-steps");
    enemies.set(what, enemy);
    await as(enemy, line);
  }
  await as(
    enemyWith("a pipe"),
    `(cd ~; ${DEEP}); (cd /tmp; ${DEEP}); mkdir ~/many; cd ~/many; seq 30000 | xargs touch`,
  );
  await restart();
});
afterAll(async () => {
  await host?.disconnect();
  await lectern?.stop();
  folder.remove();
});

async function start(): Promise<void> {
  lectern = await startLectern(data, ["--lab", lab]);
  host = await connectTerminalHost({ dial: dialUnixSocket(join(data, "terminal/run/host.sock")) });
}

async function restart(): Promise<void> {
  await host.disconnect();
  await lectern.stop();
  await start();
}

/** Runs a line as a session's learner. */
async function as(session: SessionView, line: string): Promise<string> {
  const result = await host.exec(session.id, { argv: ["bash", "-c", line], timeoutMs: 60_000 });
  const [stdout, stderr] = [result.stdout, result.stderr].map((bytes) => Buffer.from(bytes).toString("utf8"));
  expect([result.exitStatus, stderr]).toEqual([0, ""]);
  return (stdout ?? "").trim();
}

async function extend(session: SessionView): Promise<{ status: number | null; output: string }> {
  return runCli(["session", "extend", session.id, "--data", data]);
}

function enemyWith(what: string): SessionView {
  const enemy = enemies.get(what);
  if (!enemy) throw new Error(`nobody has ${what}`);
  return enemy;
}

describe("what one learner leaves behind does not reach the other", () => {
  it("Lectern starts again, and the other goes on", async () => {
    expect(await as(other, "kubectl get sa learner -o name")).toBe("serviceaccount/learner");
    expect((await extend(other)).status).toBe(0);
  });

  it.each([...IN_PLACE.keys()])("%s in place of a kubeconfig: Extend answers in words", async (what) => {
    const { status, output } = await extend(enemyWith(what));
    expect([status, output]).toEqual([1, expect.stringContaining("cannot be given a new token")]);
  });

  it("folders deeper than a path, and many files: their session ends, and the terminals go on meanwhile", async () => {
    const { id } = enemyWith("a pipe");
    const slowest = slowestAnswer(other);
    expect((await runCli(["session", "end", id, "--data", data])).status).toBe(0);
    await until("its folder is out of the way", 60_000, () =>
      existsSync(homeOf(data, id)) ? undefined : true,
    );
    await until("all of it is removed", 60_000, () =>
      readdirSync(join(data, "terminal/removed")).length === 0 ? true : undefined,
    );
    expect(await slowest()).toBeLessThan(1_500 * crowdingBesideTests());
    expect(await as(other, "ls")).toContain("shell.since");
  });

  it("another cluster: the start is refused with both named, and nothing is removed", async () => {
    await host.disconnect();
    await lectern.stop();
    const cluster = await startCluster({ dataDir: join(folder.path, "other-cluster") });
    try {
      const { status, output } = await runCli([
        "serve",
        "--port",
        "0",
        "--data",
        data,
        "--lab",
        lab,
        "--kubeconfig",
        cluster.kubeconfigPath,
      ]);
      expect(status).toBe(3);
      expect(output).toContain("SERVER_DATA_DIR_OF_OTHER_CLUSTER");
      expect(output).toContain("holds the sessions of the embedded cluster");
      expect(output).toContain("was started with the cluster at https://");
    } finally {
      await cluster.close();
    }
    await start();
    expect(readFileSync(join(homeOf(data, other.id), "shell.since"), "utf8")).not.toBe("");
    const view = await new BrowserAgain(lectern.url, others).json<SessionView>(
      "GET",
      `api/sessions/${other.id}`,
    );
    expect([view.phase, view.results.map(({ state }) => state)]).toEqual(["Active", ["succeeded"]]);
  });
});

/** The same browser, at the server's new address. */
class BrowserAgain extends BrowserSession {
  constructor(url: string, before: BrowserSession) {
    super(url);
    for (const [name, value] of before.cookies) this.cookies.set(name, value);
    this.pageKey = before.pageKey;
  }
}

/** Asks the host again and again until it is asked for the slowest answer, in milliseconds. */
function slowestAnswer(session: SessionView): () => Promise<number> {
  const stop = new AbortController();
  const work = (async () => {
    let slowest = 0;
    while (!stop.signal.aborted) {
      const since = performance.now();
      await host.terminals(session.id);
      slowest = Math.max(slowest, performance.now() - since);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return slowest;
  })();
  return () => {
    stop.abort();
    return work;
  };
}
