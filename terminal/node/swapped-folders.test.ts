import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestHost, type TestHost } from "./test-host.js";

const SESSION = "swapped";
const SECRET = "what is no learner's";
const ROUNDS = 15;

/** Ends with the file `stop`; each state lasts only as long as it takes to make the next. The count is never seen half written. */
const SWAP = `cd ~; rm -f stop swaps
mkdir -p real/kube; echo mine > real/kube/config; cp -r real/kube real/spare
for ((n = 0; n < 2000000; n++)); do
  [ -e stop ] && break
  rm -rf .kube; ln -sn "$1" .kube
  rm -f .kube; ln -sn real/kube .kube
  rm -f .kube; cp -r real/spare .kube
  ln -sfn "$1/config" .kube/config
  echo $n > counted; mv counted swaps
done`;

describe(
  "folders that a learner swaps for links while the host works in the home",
  { timeout: 90_000 },
  () => {
    // Open to everybody, so that nothing but the confinement keeps it.
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    let test: TestHost;
    let swapping: Promise<unknown>;

    beforeAll(async () => {
      chmodSync(outside, 0o777);
      writeFileSync(join(outside, "config"), SECRET, { mode: 0o666 });
      mkdirSync(join(outside, "folder"), { mode: 0o777 });
      test = await startTestHost();
      await test.client.prepare(SESSION, { files: [] });
      const argv = ["bash", "-c", SWAP, "swap", outside];
      swapping = test.client.exec(SESSION, { argv, timeoutMs: 90_000 });
    });
    afterAll(async () => {
      await test.client.write(SESSION, { path: "stop", content: "" });
      await swapping;
      await test.close();
      rmSync(outside, { recursive: true });
    });

    async function swaps(): Promise<number> {
      const bytes = await test.client.read(SESSION, "swaps").catch(() => undefined);
      return Number(bytes ? Buffer.from(bytes).toString() : 0);
    }

    it("lead it to nothing that is outside: it writes, reads and lists as the learner or says why not", async () => {
      await expect.poll(swaps).toBeGreaterThan(3);
      const before = await swaps();
      for (let round = 0; round < ROUNDS; round += 1) {
        const answers = await Promise.allSettled([
          test.client.write(SESSION, { path: ".kube/config", content: `round ${round}`, mode: 0o600 }),
          test.client.read(SESSION, ".kube/config"),
          test.client.list(SESSION, ".kube"),
        ]);
        for (const answer of answers)
          if (answer.status === "rejected")
            expect(answer.reason).toMatchObject({ code: "TERMINAL_FILE_UNUSABLE" });
        const [, read, list] = answers;
        if (read.status === "fulfilled") expect(Buffer.from(read.value).toString()).not.toContain(SECRET);
        if (list.status === "fulfilled")
          expect(list.value.entries.map(({ name }) => name)).not.toContain("folder");
      }
      expect(await swaps()).toBeGreaterThan(before);
      expect(readFileSync(join(outside, "config"), "utf8")).toBe(SECRET);
      expect(readdirSync(outside).toSorted()).toEqual(["config", "folder"]);
    });

    it("lead nowhere either when a session of that name is prepared again, with files of its own", async () => {
      const argv = ["bash", "-c", SWAP, "swap", outside];
      await test.client.prepare("again", { files: [] });
      for (let round = 0; round < 3; round += 1) {
        const other = test.client.exec("again", { argv, timeoutMs: 60_000 }).catch(() => undefined);
        await expect
          .poll(async () => (await test.client.list("again", "")).entries.map(({ name }) => name))
          .toContain("swaps");
        await test.client.prepare("again", { files: [{ path: ".kube/config", content: `mine ${round}` }] });
        await other;
        const read = await test.client.read("again", ".kube/config");
        expect(Buffer.from(read).toString()).toBe(`mine ${round}`);
      }
      expect(readFileSync(join(outside, "config"), "utf8")).toBe(SECRET);
      expect(readdirSync(outside).toSorted()).toEqual(["config", "folder"]);
    });

    it("are taken away with the session, and what they lead to stays", async () => {
      await test.client.prepare("ended", { files: [] });
      const argv = ["bash", "-c", SWAP, "swap", outside];
      const other = test.client.exec("ended", { argv, timeoutMs: 60_000 }).catch(() => undefined);
      await expect
        .poll(async () => (await test.client.list("ended", "")).entries.map(({ name }) => name))
        .toContain("swaps");
      await test.client.close("ended");
      await other;
      await expect.poll(() => readdirSync(join(test.folder, "data", "removed"))).toEqual([]);
      expect(readFileSync(join(outside, "config"), "utf8")).toBe(SECRET);
    });
  },
);
