import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AccountRegistry } from "./account-registry.js";

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write("left out: accounts that run a process (only root may switch accounts)\n");

/** Nobody's, and different for test files that run at the same time. */
const FIRST = 1_500_000 + (process.pid % 10_000) * 100;
let root: string;
let registries: AccountRegistry[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "accounts-"));
  registries = [];
});
afterEach(() => {
  for (const registry of registries) registry.close();
  rmSync(root, { recursive: true });
});

/** A host's registry; all hosts of this machine share the file. */
function open(host: string, range: { first?: number; count?: number } = {}): AccountRegistry {
  const registry = new AccountRegistry({
    sessionsFolder: join(root, host),
    file: join(root, "shared", "accounts.db"),
    first: FIRST,
    count: 10,
    ...range,
  });
  registries.push(registry);
  return registry;
}

/** Claims as the host does, for a session whose folder it has made. */
async function claim(registry: AccountRegistry, host: string, session: string): Promise<number> {
  mkdirSync(join(root, host, session), { recursive: true });
  return (await registry.claim(session)).uid;
}

describe("accounts of sessions", () => {
  it("are never shared, also by servers of other data directories at the same moment", async () => {
    const [one, two] = [open("one"), open("two")];
    const claims = Array.from({ length: 5 }, (_, at) => [
      claim(one, "one", `s${at}`),
      claim(two, "two", `s${at}`),
    ]).flat();
    const uids = await Promise.all(claims);
    expect(new Set(uids).size).toBe(10);
    await expect(one.claim("one-too-many")).rejects.toMatchObject({
      code: "TERMINAL_ACCOUNT_MISSING",
      message: expect.stringContaining("All 10 accounts") as string,
    });
  });

  it("stay the session's own until it gives its account back", async () => {
    const [one, two] = [open("one", { count: 1 }), open("two", { count: 1 })];
    const uid = await claim(one, "one", "s");
    expect((await one.claim("s")).uid).toBe(uid);
    expect([one.holds("s", { uid, gid: uid }), two.holds("s", { uid, gid: uid })]).toEqual([true, false]);
    one.release("s");
    expect(await claim(two, "two", "other")).toBe(uid);
    expect(one.holds("s", { uid, gid: uid })).toBe(false);
  });

  it("are free again where a data directory was removed without a word", async () => {
    const [one, two] = [open("one", { count: 1 }), open("two", { count: 1 })];
    const uid = await claim(one, "one", "s");
    rmSync(join(root, "one"), { recursive: true });
    expect(await claim(two, "two", "s")).toBe(uid);
  });

  it("are claimed again where the machine forgot the claim but the session is there", async () => {
    const one = open("one");
    const uid = await claim(one, "one", "s");
    const account = { uid, gid: uid };
    one.release("s");
    expect(one.holds("s", account)).toBe(true);
    expect(open("two").holds("s", account)).toBe(false);
  });

  it("are none that the machine knows by name", async () => {
    const nobody = 65_534;
    const registry = open("one", { first: nobody, count: 2 });
    expect((await registry.claim("s")).uid).toBe(nobody + 1);
  });

  it.skipIf(!isRoot)("are none that runs a process, whoever started it", async () => {
    const sleeper = spawn("sleep", ["60"], { uid: FIRST + 50, stdio: "ignore" });
    try {
      await once(sleeper, "spawn");
      const registry = open("one", { first: FIRST + 50, count: 2 });
      expect((await registry.claim("s")).uid).toBe(FIRST + 51);
    } finally {
      sleeper.kill("SIGKILL");
    }
  });
});
