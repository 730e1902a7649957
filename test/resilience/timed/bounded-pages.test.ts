import { utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { WebSocket } from "ws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { crowding } from "../../../terminal/node/crowding-for-tests.js";
import type { PageView } from "../../../workshop/common/page-view.js";
import { BrowserSession, typeAndSee } from "../../server/browser-session.js";
import { echoesDuring } from "../echo-watch.js";
import { PAGES } from "../hostile-text.js";
import { startLectern, temporaryFolder } from "../../server/lectern-process.js";
import type { LecternProcess } from "../../server/lectern-process.js";

/** What one key takes while pages are read and compiled; most of it is this machine's own noise. */
const ECHO_MS = 100;
/** Each of another reader; the worst of them would take the test's whole time. */
const FED = [
  "HTML with quotes",
  "YAML: aliases",
  "YAML: an alias bomb",
  "YAML: flow lists",
  "a block of here-documents",
  "a block of quotes",
  "a growing text",
  "a heading of blanks",
  "a pattern",
  "loops",
] as const;

const folder = temporaryFolder();
const files = FED.map((name, at) => [name, join(folder.path, `hostile-${String(at)}.md`)] as const);
let lectern: LecternProcess;

beforeAll(async () => {
  for (const [name, file] of files) writeFileSync(file, PAGES[name] ?? "");
  const calm = join(folder.path, "calm.md");
  writeFileSync(calm, "# Calm\n\n```execute\ntrue\n```\n");
  const labs = [...files.map(([, file]) => file), calm].flatMap((lab) => ["--lab", lab]);
  lectern = await startLectern(join(folder.path, "data"), labs);
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

it("a learner who opens pages of the worst text leaves another's keys echoed, and gets an answer to each", async () => {
  const ada = new BrowserSession(lectern.url);
  const { id } = await ada.startLab("calm");
  const socket = (await ada.socket(id, await ada.ticket(id))) as WebSocket;
  await typeAndSee(socket, "echo ready-$((40 + 2))\r", /ready-42/);
  const mallory = new BrowserSession(lectern.url);
  const opened: string[] = [];
  const times = await echoesDuring(socket, async () => {
    await readAgain(mallory);
    for (const [name, file] of files) {
      await open(mallory, basename(file, ".md"));
      opened.push(name);
    }
  });
  socket.terminate();
  expect(opened).toEqual(FED);
  expect(median(times)).toBeLessThan(ECHO_MS * crowding());
});

/** Has all labs read and looked through once more, as after somebody has saved one. */
async function readAgain(browser: BrowserSession): Promise<void> {
  const now = new Date();
  for (const [, file] of files) utimesSync(file, now, now);
  const labs = await browser.json<{ name: string }[]>("GET", "api/labs");
  expect(labs.length).toBe(FED.length + 1);
}

/** Has the lab's page compiled in a session of its own, and ends that. */
async function open(browser: BrowserSession, lab: string): Promise<void> {
  const session = await browser.startLab(lab);
  const page = await browser.json<PageView>("GET", `api/sessions/${session.id}/pages/${session.currentPage}`);
  expect(page.name).toBe(session.currentPage);
  await browser.json("DELETE", `api/sessions/${session.id}`);
}

function median(times: number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN;
}
