import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readRunningServer } from "../../server/supervisor/running-server.js";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder } from "../../test/server/lectern-process.js";
import type { ScreensEvent, SessionLink } from "../../workshop/common/instructor-api.js";
import type { Figure } from "../figure.js";
import { allActive } from "./all-active.js";

const TERMINALS = 60;
const DEADLINE_MS = 180_000;
/** After which nothing of the start is measured. */
const SETTLE_MS = 5_000;
const MEASURED_MS = 15_000;
/** Of /proc/PID/stat; fixed at 100 by the kernel's interface on Linux. */
const TICKS_PER_SECOND = 100;
/** Each prints five lines a second, which is more than anybody types. */
const BUSY = "while sleep 0.2; do date +%T.%N; done\r";

/** What a wall that somebody looks at costs the server's machine, besides what the terminals cost by themselves. */
export const wallOfTerminals: Figure = {
  name: `wall of ${String(TERMINALS)} live terminals`,
  unit: "%",
  bound: 20,
  method:
    "of one core: server and terminal host with somebody who looks, less without; five lines a second in each",
  async measure() {
    const folder = temporaryFolder();
    const data = join(folder.path, "data");
    const lectern = await startLectern(data, ["--max-sessions", String(TERMINALS)]);
    const leave: (() => void)[] = [];
    try {
      const instructor = new BrowserSession(lectern.url);
      await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
      leave.push(...(await makeBusy(instructor)));
      const { pid } = readRunningServer(data);
      const processes = [pid, hostBeside(pid)];
      await wait(SETTLE_MS);
      const without = await usedPercent(processes);
      const shown = new Set<string>();
      leave.push(
        await instructor.events("api/instructor/screens", (event) => {
          const { screens = [] } = event as Partial<Extract<ScreensEvent, { type: "screens" }>>;
          for (const { session } of screens) shown.add(session);
        }),
      );
      await wait(SETTLE_MS);
      const used = await usedPercent(processes);
      if (shown.size < TERMINALS) throw new Error(`only ${String(shown.size)} terminals were shown`);
      return used - without;
    } finally {
      for (const end of leave) end();
      await lectern.stop();
      folder.remove();
    }
  },
};

/** Makes the sessions and has each print without end; resolves to how the learners leave. */
async function makeBusy(instructor: BrowserSession): Promise<(() => void)[]> {
  const wanted = { lab: "first-steps", count: TERMINALS };
  const links = await instructor.json<SessionLink[]>("POST", "api/instructor/sessions", wanted);
  await allActive(instructor, TERMINALS, performance.now() + DEADLINE_MS);
  const leave: (() => void)[] = [];
  for (const { id, link } of links) {
    const browser = new BrowserSession(instructor.url);
    await browser.open(link);
    const socket = await browser.socket(id, await browser.ticket(id));
    if (typeof socket === "number")
      throw new Error(`the terminal of ${id} was refused with ${String(socket)}`);
    socket.send(JSON.stringify({ type: "hello", columns: 80, rows: 24 }));
    socket.send(JSON.stringify({ type: "input", data: BUSY }));
    leave.push(() => socket.close());
  }
  return leave;
}

/** The terminal host that the same supervisor looks after. */
function hostBeside(server: number): number {
  const parent = statOf(server)[1];
  const found = readdirSync("/proc").find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      return command.includes("terminal/node/main.js") && statOf(Number(name))[1] === parent;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error("there is no terminal host beside the server");
  return Number(found);
}

async function usedPercent(processes: readonly number[]): Promise<number> {
  const [began, before] = [performance.now(), ticksOf(processes)];
  await wait(MEASURED_MS);
  const seconds = (performance.now() - began) / 1_000;
  return ((ticksOf(processes) - before) / TICKS_PER_SECOND / seconds) * 100;
}

/** User and system time of all threads. Source: proc_pid_stat(5), fields 14 and 15. */
function ticksOf(processes: readonly number[]): number {
  return processes.reduce((sum, pid) => sum + Number(statOf(pid)[11]) + Number(statOf(pid)[12]), 0);
}

/** The fields after the name. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
