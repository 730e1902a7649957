import { mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { HostProcesses } from "./terminal-host-for-tests.js";

const session = "unrecorded";
const hosts = new HostProcesses();
afterAll(() => hosts.close());

it("a shell whose recording cannot be made room for is refused, and leaves neither process nor start-up file behind", async () => {
  const { child } = await hosts.start();
  const client = await hosts.connect();
  await client.prepare(session, { files: [] });
  const recordings = join(hosts.folder, "data", "sessions", session, "recordings");
  // The oldest is a folder, which is not removed as a recording is, and the next takes all the room.
  mkdirSync(join(recordings, "9--1.cast"));
  writeFileSync(join(recordings, "9--2.cast"), "");
  truncateSync(join(recordings, "9--2.cast"), 64 * 1024 * 1024);
  const starts = join(recordings, "..", "start");
  const before = childrenOf(child.pid);
  await expect(client.open({ session, terminal: "1" }, { env: {} })).rejects.toThrow(/9--1\.cast/);
  await expect.poll(() => childrenOf(child.pid), { timeout: 30_000 }).toEqual(before);
  expect(readdirSync(starts)).toEqual([]);
  rmSync(join(recordings, "9--1.cast"), { recursive: true });
  expect(await client.open({ session, terminal: "1" }, { env: {} })).toMatchObject({ state: "running" });
});

/** Processes that a process has started and that are not gone, by all of its threads. */
function childrenOf(pid = 0): string[] {
  const tasks = readdirSync(`/proc/${String(pid)}/task`);
  const lists = tasks.map((task) => readFileSync(`/proc/${String(pid)}/task/${task}/children`, "utf8"));
  return lists.flatMap((list) => list.split(" ").filter((child) => child.trim() !== "")).toSorted(byNumber);
}

function byNumber(left: string, right: string): number {
  return Number(left) - Number(right);
}
