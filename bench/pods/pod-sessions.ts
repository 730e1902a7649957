import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { BrowserSession } from "../../test/server/browser-session.js";
import { until } from "../../test/server/lectern-process.js";
import type { SessionView } from "../../workshop/common/api.js";
import type { PoolView } from "../../workshop/common/instructor-api.js";
import { median } from "../figure.js";
import { ByHand } from "./by-hand.js";
import type { RealNode } from "./real-node.js";
import { type PodServer, serveInPods } from "./serve-in-pods.js";

const RUNS = 7;
const READY = 2;
/** What a server has at hand for its first sessions is not theirs. */
const WARM_UP = 4;
/** As many as the node has room for beside those, by what their pods ask for. */
const LIVE = 24;
const AT_ONCE = 4;
const SETTLE_MS = 10_000;
const LATER_MS = 180_000;
const HOST_MEMORY =
  "grep -h RssAnon $(grep -l [l]ectern-host/dist /proc/[0-9]*/cmdline | sed 's/cmdline/status/')";

/** Milliseconds, and megabytes. */
export interface SessionTimes {
  cold: number;
  byHand: number;
  pooled: number;
  serverMegabytes: number;
  hostMegabytes: number;
}

/** What sessions in pods take, of a server outside of the cluster. */
export function measureSessions(real: RealNode): Promise<SessionTimes> {
  return serveInPods(real, { ready: READY, sessions: 100 }, async (server) => {
    await poolIsFull(server);
    const started = await startTimes(server, real);
    const pooled = await poolTimes(server);
    return { ...started, pooled, ...(await memory(server, real)) };
  });
}

/** By turns, so that what else the machine does is shared. */
async function startTimes({ url }: PodServer, real: RealNode): Promise<{ cold: number; byHand: number }> {
  const first = await startPlain(url);
  const hand = await ByHand.note(real, first.session.id);
  const [cold, byHand]: [number[], number[]] = [[], []];
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const { ms, session, browser } = await startPlain(url);
      cold.push(ms);
      await browser.call("DELETE", `api/sessions/${session.id}`);
      await isGone(real, session.id);
      const name = `by-hand-${String(run)}`;
      byHand.push(await hand.make(name));
      real.kubectl("delete", "namespace", name, "--wait=false");
      real.kubectl("delete", "clusterrole,clusterrolebinding", `lectern-${name}`, "--ignore-not-found");
      real.kubectl("delete", "pod", name, "--namespace=lectern-shells");
    }
  } finally {
    hand.close();
    await first.browser.call("DELETE", `api/sessions/${first.session.id}`);
  }
  return { cold: median(cold), byHand: median(byHand) };
}

/** Click to Active, when nothing else is being made. */
async function poolTimes(server: PodServer): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    await poolIsFull(server);
    const browser = new BrowserSession(server.url);
    const began = performance.now();
    const session = await browser.json<SessionView>("POST", "api/sessions", { lab: "pooled" });
    times.push(performance.now() - began);
    if (session.phase !== "Active") throw new Error(`the session is ${session.phase}, and was to be Active`);
    await browser.call("DELETE", `api/sessions/${session.id}`);
  }
  return median(times.slice(1));
}

async function memory(
  { url, pid }: PodServer,
  real: RealNode,
): Promise<Pick<SessionTimes, "serverMegabytes" | "hostMegabytes">> {
  await learnAll(url, WARM_UP);
  await delay(SETTLE_MS);
  const before = residentMegabytes(pid);
  const last = await learnAll(url, LIVE);
  await delay(SETTLE_MS);
  const serverMegabytes = (residentMegabytes(pid) - before) / LIVE;
  const said = real.kubectl(
    "exec",
    last,
    "--container=shell",
    "--namespace=lectern-shells",
    "--",
    "bash",
    "-c",
    HOST_MEMORY,
  );
  return { serverMegabytes, hostMegabytes: (Number(/(\d+) kB/.exec(said)?.[1]) * 1024) / 1e6 };
}

async function startPlain(url: string) {
  const browser = new BrowserSession(url);
  const began = performance.now();
  const session = await browser.startLab("plain");
  return { ms: performance.now() - began, session, browser };
}

/** Some at a time; resolves to one of them. */
async function learnAll(url: string, count: number): Promise<string> {
  let some = "";
  for (let made = 0; made < count; made += AT_ONCE)
    [some = ""] = await Promise.all(Array.from({ length: AT_ONCE }, () => learn(url)));
  return some;
}

/** Has a learner at a session: its page with events, a terminal, and a command done. */
async function learn(url: string): Promise<string> {
  const browser = new BrowserSession(url);
  const session = await browser.startLab("plain");
  await browser.events(`api/sessions/${session.id}/events`, () => undefined);
  const socket = await browser.socket(session.id, await browser.ticket(session.id));
  if (typeof socket === "number") throw new Error(`the terminal was refused with ${String(socket)}`);
  socket.send(JSON.stringify({ type: "hello", columns: 80, rows: 24 }));
  await browser.run(session, 0);
  await browser.outcome(session, 0);
  return session.id;
}

function isGone({ kubectl }: RealNode, session: string): Promise<true> {
  return until(`the pod of ${session} is gone`, LATER_MS, () =>
    kubectl("get", "pod", session, "--namespace=lectern-shells", "--ignore-not-found") === ""
      ? true
      : undefined,
  );
}

function poolIsFull({ instructor }: PodServer): Promise<true> {
  return until("the pool is full", LATER_MS, async () => {
    const pools = await instructor.json<PoolView[]>("GET", "api/instructor/pools");
    return pools.some((pool) => pool.lab === "pooled" && pool.ready === READY) || undefined;
  });
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / 1e6;
}
