import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canMount, mountSmallDisk } from "../../server/small-disk-for-tests.js";
import type { ApiProblem, SessionView } from "../../workshop/common/api.js";
import type { DiskView, InstructorEvent } from "../../workshop/common/instructor-api.js";
import { BrowserSession, instructorToken } from "../server/browser-session.js";
import { homeOf, startLectern, temporaryFolder, until, writeLab } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

if (!canMount()) process.stderr.write("left out: a server on a full disk (nothing can be mounted here)\n");

const folder = temporaryFolder();
const disk = join(folder.path, "disk");
const data = join(disk, "data");
let lectern: LecternProcess;
let browser: BrowserSession;
let instructor: BrowserSession;
let session: SessionView;
let unmount: () => void;

describe.skipIf(!canMount())("a server whose disk is full", () => {
  beforeAll(async () => {
    mkdirSync(disk);
    unmount = mountSmallDisk(disk, "size=192m,nr_inodes=20k,mode=711");
    lectern = await startLectern(data, ["--lab", writeLab(folder.path)]);
    browser = new BrowserSession(lectern.url);
    instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    session = await browser.startLab("slow-steps");
  });
  afterAll(async () => {
    await lectern.stop();
    unmount();
    folder.remove();
  });

  it("says so to probes and instructors, refuses what is new in words, and is well again when there is room", async () => {
    const events: InstructorEvent[] = [];
    const stop = await instructor.events("api/instructor/events", (event) =>
      events.push(event as InstructorEvent),
    );
    fill(20);
    await untilReady(503);
    const ready = await browser.call("GET", "readyz");
    expect(ready.text).toContain("The server's disk is full");
    expect((await instructor.json<DiskView>("GET", "api/instructor/disk")).isFull).toBe(true);
    await until(
      "instructors are told",
      60_000,
      () => events.some((event) => event.type === "disk" && event.disk.isFull) || undefined,
    );
    stop();
    await expectRefused("api/sessions", { lab: "slow-steps" });
    expect((await browser.call("GET", `api/sessions/${session.id}`)).status).toBe(200);
    empty();
    await untilReady(200);
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
  });

  it("answers without a byte left, logs or not, and ends the session that fills it", async () => {
    fill(0);
    await untilReady(503);
    for (let request = 0; request < 50; request += 1)
      expect((await browser.call("GET", `api/nothing-${String(request)}`)).status).toBe(404);
    expect((await browser.call("GET", "healthz")).status).toBe(200);
    // What fills the disk goes with its session.
    const home = homeOf(data, session.id);
    rmSync(join(disk, "filler"));
    fillInto(join(home, "filler"), 0);
    await untilReady(503);
    expect((await browser.call("DELETE", `api/sessions/${session.id}`)).status).toBe(204);
    await untilReady(200);
    await until("the session is gone", 60_000, async () =>
      (await instructor.call("GET", `api/sessions/${session.id}`)).status === 404 ? true : undefined,
    );
    session = await browser.startLab("slow-steps");
    expect(session.phase).toBe("Active");
  });

  it("is full as well where no file can be made any more", async () => {
    const { ffree } = statfsSync(disk);
    const folderOfMany = join(disk, "many");
    mkdirSync(folderOfMany);
    for (let file = 0; file < ffree - 100; file += 1) writeFileSync(join(folderOfMany, String(file)), "");
    await untilReady(503);
    expect((await browser.call("GET", "readyz")).text).toContain("more files is left");
    await expectRefused("api/sessions", { lab: "slow-steps" });
    rmSync(folderOfMany, { recursive: true });
    await untilReady(200);
  });
});

async function expectRefused(path: string, body: unknown): Promise<void> {
  const answer = await browser.call("POST", path, body);
  const { error } = JSON.parse(answer.text) as ApiProblem;
  expect([answer.status, error.code]).toEqual([507, "SERVER_DISK_FULL"]);
  expect(error.message).toContain("What runs goes on");
}

function untilReady(status: number): Promise<true> {
  return until(`/readyz answers ${String(status)}`, 60_000, async () =>
    (await browser.call("GET", "readyz")).status === status ? true : undefined,
  );
}

/** Leaves that many MiB. */
function fill(leftMiB: number): void {
  fillInto(join(disk, "filler"), leftMiB);
}

function fillInto(file: string, leftMiB: number): void {
  const { bavail, bsize } = statfsSync(disk);
  const descriptor = openSync(file, "w");
  try {
    const block = Buffer.alloc(bsize);
    for (let left = bavail - (leftMiB * 1024 * 1024) / bsize; left > 0; left -= 1)
      writeSync(descriptor, block);
  } catch (error) {
    // Others write meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(descriptor);
  }
}

function empty(): void {
  rmSync(join(disk, "filler"));
}
