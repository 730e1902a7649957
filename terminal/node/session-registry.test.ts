import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AccountRegistry } from "./account-registry.js";
import type { TerminalHostOptions } from "./start-terminal-host.js";
import { startTestHost, type TestHost } from "./test-host.js";

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write("left out: accounts of sessions (only root may switch accounts)\n");

/** Nobody's, and different for test files that run at the same time. */
const FIRST = 1_700_000 + (process.pid % 10_000) * 100;
let root: string;
let hosts: TestHost[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sessions-"));
  hosts = [];
});
afterEach(async () => {
  for (const test of hosts) await test.close();
  rmSync(root, { recursive: true, force: true });
});

async function start(options: Partial<TerminalHostOptions> = {}): Promise<TestHost> {
  const test = await startTestHost(options);
  hosts.push(test);
  return test;
}

function accounts(count: number) {
  return { file: join(root, "accounts.db"), first: FIRST, count };
}

/** Each session is a dozen programs that are started: seconds, on a machine that does much else. */
const PATIENCE_MS = 120_000;

describe.skipIf(!isRoot)("two servers of one machine", { timeout: PATIENCE_MS }, () => {
  it("never give two sessions one account", async () => {
    const [one, two] = [await start({ accounts: accounts(8) }), await start({ accounts: accounts(8) })];
    const names = ["a", "b", "c", "d"];
    await Promise.all(
      [one, two].flatMap(({ client }) => names.map((name) => client.prepare(name, { files: [] }))),
    );
    const uids = [one, two].flatMap((test) => names.map((name) => statSync(test.homeOf(name)).uid));
    expect(new Set(uids).size).toBe(8);
    await expect(one.client.prepare("e", { files: [] })).rejects.toMatchObject({
      code: "TERMINAL_ACCOUNT_MISSING",
    });
    await two.client.close("a");
    await one.client.prepare("e", { files: [] });
  });

  it("end no process of an account that has come into other hands, and start none", async () => {
    const test = await start({ accounts: accounts(1) });
    await test.client.prepare("mine", { files: [] });
    const { uid } = statSync(test.homeOf("mine"));
    handOver(test, "mine");
    const foreign = spawn("sleep", ["60"], { uid, stdio: "ignore" });
    try {
      await once(foreign, "spawn");
      await expect(test.client.open({ session: "mine", terminal: "1" }, { env: {} })).rejects.toMatchObject({
        code: "TERMINAL_ACCOUNT_MISSING",
      });
      await test.client.close("mine");
      expect(await test.client.sessions()).toEqual([]);
      expect([foreign.exitCode, foreign.signalCode]).toEqual([null, null]);
    } finally {
      foreign.kill("SIGKILL");
    }
  });
});

/** As where the registry was lost, and another server was the first to claim the account anew. */
function handOver(test: TestHost, session: string): void {
  const shared = accounts(1);
  const own = new AccountRegistry({ ...shared, sessionsFolder: join(test.folder, "data", "sessions") });
  own.release(session);
  own.close();
  const { uid } = statSync(test.homeOf(session));
  const sessionsFolder = join(root, "another-server");
  mkdirSync(join(sessionsFolder, "theirs"), { recursive: true });
  const another = new AccountRegistry({ ...shared, sessionsFolder });
  expect(another.holds("theirs", { uid, gid: uid })).toBe(true);
  another.close();
}

describe("a session that is closed", () => {
  it("leaves no process, whatever it started, and another one as it is", async () => {
    const test = await start();
    const [enemy, other] = [
      { session: "enemy", terminal: "1" },
      { session: "other", terminal: "1" },
    ];
    await test.open(enemy);
    await test.open(other);
    const line =
      "n=$(printf 'd%.0s' {1..250}); for at in ~ /tmp; do cd $at; for i in {1..20}; do mkdir $n; cd $n; done; done; cd; setsid sleep 83211 & mkdir many; cd many; seq 20000 | xargs touch";
    await test.client.exec("enemy", { argv: ["bash", "-c", line], timeoutMs: 60_000 });
    const closing = test.client.close("enemy");
    const answer = await test.client.run(other, { id: "1", text: "echo here" });
    await closing;
    expect(answer).toMatchObject({ status: "succeeded", output: "here\n" });
    expect(existsSync(test.homeOf("enemy"))).toBe(false);
    const removed = join(test.folder, "data", "removed");
    await expect.poll(() => readdirSync(removed)).toEqual([]);
  });

  it("takes its recordings along, unless they are to be kept", async () => {
    for (const keptRecordings of [undefined, join(root, "kept")]) {
      const test = await start(keptRecordings === undefined ? {} : { keptRecordings });
      await test.open({ session: "shown", terminal: "1" });
      await expect
        .poll(() => test.client.recordings("shown"))
        .toMatchObject([{ session: "shown", terminal: "1" }]);
      await test.client.close("shown");
      expect(await test.client.recordings()).toEqual([]);
    }
    const [session = ""] = readdirSync(join(root, "kept"));
    expect(session).toMatch(/^shown-\d+$/);
    expect(readdirSync(join(root, "kept", session))).toEqual([expect.stringMatching(/^1--\d+\.cast$/)]);
  });

  it("takes nothing new while it ends", async () => {
    const test = await start();
    const address = { session: "ending", terminal: "1" };
    await test.open(address);
    await test.client.run(address, { id: "1", text: "trap '' HUP" });
    const closing = test.client.close("ending");
    await wait(50);
    const unknown = { code: "TERMINAL_SESSION_UNKNOWN" };
    await expect(test.client.exec("ending", { argv: ["sleep", "5"] })).rejects.toMatchObject(unknown);
    await closing;
    await expect(test.client.reach("ending", [])).rejects.toMatchObject(unknown);
    expect(await test.client.sessions()).toEqual([]);
  });

  it("may be closed twice, or never have been there", async () => {
    const test = await start();
    await test.client.prepare("once", { files: [] });
    await Promise.all([test.client.close("once"), test.client.close("once"), test.client.close("never")]);
    expect(await test.client.sessions()).toEqual([]);
  });
});

describe("a host that ends", () => {
  it("makes those sessions to the end that it has begun, and no other", async () => {
    const test = await start();
    const names = ["a", "b", "c", "d", "e", "f"];
    const asked = names.map((name) => test.client.prepare(name, { files: [] }).catch(() => undefined));
    const folder = join(test.folder, "data", "sessions");
    await expect.poll(() => readdirSync(folder)).not.toEqual([]);
    await test.host.close();
    const made = readdirSync(folder);
    expect(made).not.toEqual([]);
    for (const name of made) expect(readdirSync(join(folder, name)), name).toContain("session.json");
    await test.client.disconnect();
    await Promise.all(asked);
    // What still went on would write into folders that nobody expects any more.
    rmSync(test.folder, { recursive: true });
    await wait(1_000);
    expect(existsSync(test.folder)).toBe(false);
  });
});
