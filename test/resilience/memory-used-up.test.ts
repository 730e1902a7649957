import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findHierarchies } from "../../terminal/node/sandbox/control-group-hierarchies.js";
import type { InstructorEvent } from "../../workshop/common/instructor-api.js";
import { BrowserSession, instructorToken } from "../server/browser-session.js";
import { startLectern, temporaryFolder, until } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

const MIB = 1024 * 1024;
/** What the learner's command holds for as long as it runs. */
const HELD_MIB = 300;
/** Less than Lectern asks for, and enough for ending a session. */
const LEFT_MIB = 100;

const own = findHierarchies("/proc/self").find(({ controllers }) => controllers.includes("memory"));
const group = join(own?.folder ?? "", `memory-used-up-${String(process.pid)}`);
const names =
  own?.version === 1
    ? { limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes", files: /^total_(?:in)?active_file / }
    : { limit: "memory.max", used: "memory.current", files: /^(?:in)?active_file / };
const isBound = makeGroup();
if (!isBound)
  process.stderr.write("left out: a server whose memory is used up (no groups can be made here)\n");

const folder = temporaryFolder();
let lectern: LecternProcess;

beforeAll(async () => {
  if (!isBound) return;
  const file = join(folder.path, "greedy.md");
  const command = `head -c ${String(HELD_MIB)}M /dev/zero | tail -c ${String(HELD_MIB)}M | sleep 900`;
  writeFileSync(file, `# Greedy\n\n\`\`\`execute-1\n${command}\n\`\`\`\n`);
  // Whatever it starts is in the group, sessions as well.
  writeFileSync(join(group, "cgroup.procs"), String(process.pid));
  try {
    lectern = await startLectern(join(folder.path, "data"), ["--lab", file]);
  } finally {
    writeFileSync(join(own?.folder ?? "", "cgroup.procs"), String(process.pid));
  }
});
afterAll(async () => {
  await lectern?.stop();
  if (isBound) await until("the group is empty", 60_000, async () => removeGroup(group) || undefined);
  folder.remove();
});

it.skipIf(!isBound)(
  "a server whose memory a learner uses up says so to probes, names the session to instructors and begins no other, and is well again when that session is ended",
  async () => {
    const browser = new BrowserSession(lectern.url);
    const other = new BrowserSession(lectern.url);
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", {
      token: instructorToken(join(folder.path, "data")),
    });
    const session = await browser.startLab("greedy");
    const events: InstructorEvent[] = [];
    const stop = await instructor.events("api/instructor/events", (event) =>
      events.push(event as InstructorEvent),
    );
    await untilReady(browser, 200);
    const before = usedBytes();
    await browser.run(session, 0);
    await until("the command holds its memory", 60_000, async () =>
      usedBytes() > before + (HELD_MIB - 30) * MIB ? true : undefined,
    );
    // As if the machine were no larger. The kernel may have to give copies of files back first.
    await until("the group is bound", 60_000, async () => bind(usedBytes() + LEFT_MIB * MIB) || undefined);
    await untilReady(browser, 503);
    expect((await browser.call("GET", "readyz")).text).toMatch(
      /memory is nearly used up: its control group has \d+ of \d+ MiB of memory left/,
    );
    const toldOf = (name: string) =>
      events.some((event) => event.type === "health" && event.problems.some((each) => each.name === name));
    await until("instructors are told", 60_000, async () => toldOf("memory") || undefined);
    const largest = events.flatMap((event) =>
      event.type === "health" ? event.problems.flatMap((each) => each.largest ?? []) : [],
    );
    expect(largest.map((use) => use.session)).toContain(session.id);
    expect(largest.find((use) => use.session === session.id)?.bytes).toBeGreaterThan((HELD_MIB - 30) * MIB);
    const refused = await other.call("POST", "api/sessions", { lab: "greedy" });
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining("SERVER_MEMORY_SHORT")]);
    // What runs goes on.
    expect((await browser.call("GET", `api/sessions/${session.id}`)).status).toBe(200);
    expect((await browser.call("DELETE", `api/sessions/${session.id}`)).status).toBe(204);
    await untilReady(browser, 200);
    await until("instructors are told of its end", 60_000, async () => {
      const last = events.findLast((event) => event.type === "health");
      return last?.type === "health" && last.problems.length === 0 ? true : undefined;
    });
    stop();
    const next = await other.startLab("greedy");
    expect(next.phase).toBe("Active");
  },
);

function untilReady(browser: BrowserSession, status: number): Promise<true> {
  return until(`/readyz answers ${String(status)}`, 60_000, async () =>
    (await browser.call("GET", "readyz")).status === status ? true : undefined,
  );
}

function makeGroup(): boolean {
  if (own === undefined) return false;
  try {
    mkdirSync(group);
    return existsSync(join(group, names.limit));
  } catch {
    return false;
  }
}

/** Copies of files do not count: they are given back at once. */
function usedBytes(): number {
  const stat = readFileSync(join(group, "memory.stat"), "utf8").split("\n");
  const files = stat.filter((line) => names.files.test(line)).map((line) => Number(line.split(" ")[1]));
  return Number(readFileSync(join(group, names.used), "utf8")) - files.reduce((sum, each) => sum + each, 0);
}

function bind(bytes: number): boolean {
  try {
    writeFileSync(join(group, names.limit), String(bytes));
    return true;
  } catch {
    return false;
  }
}

function removeGroup(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(join(path, entry.name));
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
