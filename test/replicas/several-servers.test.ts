import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabSummary, SessionEvent, SessionView, StepResult } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { configMapLab } from "../server/config-map-lab.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, typeAndSee } from "../server/browser-session.js";
import type { Answer } from "../server/browser-session.js";
import { homeOf, until } from "../server/lectern-process.js";
import { INSTRUCTOR_TOKEN, startSeveralServers } from "./three-servers.js";
import type { Replica, SeveralServers } from "./three-servers.js";

const OUTAGE_MS = 60_000;
let servers: SeveralServers;
let session: SessionView;
/** The same browser at each of them. */
let at: BrowserSession[];

describe.skipIf(isWithout("postgres") || isWithout("kubectl"))("several servers on one database", () => {
  beforeAll(async () => {
    servers = await startSeveralServers();
    const browser = new BrowserSession(servers.url);
    session = await browser.startLab("slow-steps");
    at = servers.replicas.map(({ url }) => browser.at(url));
    for (const each of at) await each.whenActive(session.id);
  });
  afterAll(() => servers?.close());

  it("each know a session as soon as one of them does", async () => {
    const [one] = at as [BrowserSession];
    const { id } = await one.json<SessionView>("POST", "api/sessions", { lab: "slow-steps" });
    for (const { url } of servers.replicas) {
      const view = await one.at(url).json<SessionView>("GET", `api/sessions/${id}`);
      expect(view.id).toBe(id);
    }
    await one.json("DELETE", `api/sessions/${id}`);
  });

  it("each have a lab as soon as one of them has, for new sessions and for those of another", async () => {
    const [one] = at as [BrowserSession];
    for (const name of ["late-1", "late-2"]) {
      await applyLab(name);
      await until(`one of them offers ${name}`, 60_000, async () => {
        const labs = await one.json<LabSummary[]>("GET", "api/labs");
        return labs.some((lab) => lab.name === name) ? true : undefined;
      });
      for (const { url } of servers.replicas) {
        const browser = one.at(url);
        const { id } = await browser.json<SessionView>("POST", "api/sessions", { lab: name });
        for (const other of servers.replicas) {
          const view = await browser.at(other.url).json<SessionView>("GET", `api/sessions/${id}`);
          expect(view.title).toBe(name);
        }
        await browser.json("DELETE", `api/sessions/${id}`);
      }
    }
    const unknown = await one.call("POST", "api/sessions", { lab: "nowhere" });
    expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining("LAB_NOT_FOUND")]);
  });

  it("each begin with the revision that the Workshop shows", async () => {
    const [one] = at as [BrowserSession];
    for (const title of ["first edition", "second edition", "third edition"]) {
      await applyLab("revised", title);
      await until(`the Workshop shows the ${title}`, 60_000, async () =>
        (await kubectl("get", "workshop", "revised", "--output=jsonpath={.status.title}")) === title
          ? true
          : undefined,
      );
      for (const { url } of servers.replicas) {
        const browser = one.at(url);
        const made = await browser.json<SessionView>("POST", "api/sessions", { lab: "revised" });
        expect(made.title).toBe(title);
        await browser.json("DELETE", `api/sessions/${made.id}`);
      }
    }
  });

  it("let a ticket in once, whichever gave it", async () => {
    const [one, two, three] = at as [BrowserSession, BrowserSession, BrowserSession];
    const ticket = await one.ticket(session.id);
    const socket = await two.socket(session.id, ticket);
    expect(socket).toBeTypeOf("object");
    expect(await three.socket(session.id, ticket)).toBe(401);
    if (typeof socket === "object") socket.close();
  });

  it("tell the results of each other, and take a second click for the run that is under way", async () => {
    const [one, two, three] = at as [BrowserSession, BrowserSession, BrowserSession];
    const seen: StepResult[] = [];
    const stop = await three.events(`api/sessions/${session.id}/events`, (event) => {
      const told = event as SessionEvent;
      if (told.type === "step" && told.result.number === 1) seen.push(told.result);
    });
    const clicks = await Promise.all([one, two].map((browser) => click(browser, 1)));
    expect(clicks.every(({ state }) => state === "queued" || state === "running")).toBe(true);
    expect((await three.outcome(session, 1)).output?.trim()).toBe("woke up");
    await expect.poll(() => seen.at(-1)?.state).toBe("succeeded");
    expect(seen.filter(({ state }) => state === "succeeded")).toHaveLength(1);
    const commands = await servers.postgres.query("SELECT state FROM results WHERE state <> 'succeeded'");
    expect(commands).toEqual([]);
    stop();
  });

  it("take back at one what waits at another", async () => {
    const [one, two] = at as [BrowserSession, BrowserSession];
    await click(one, 1);
    await click(one, 3);
    await act(two, 3, "cancel");
    await expect.poll(() => stateOf(two, 3)).toBe("idle");
    expect((await one.outcome(session, 1)).state).toBe("succeeded");
  });

  it("follow a learner to the page, and count attempts and sessions together", async () => {
    const [one, two, three] = at as [BrowserSession, BrowserSession, BrowserSession];
    await one.json("POST", `api/sessions/${session.id}/pages/${session.currentPage}/visit`);
    const activity = await servers.postgres.query("SELECT current_page FROM activity");
    expect(activity).toEqual([{ current_page: session.currentPage }]);
    const tried: number[] = [];
    for (const browser of [one, two, three, one, two, three, one, two, three, one, two])
      tried.push((await browser.call("POST", "api/instructor/login", { token: "wrong" })).status);
    expect(tried.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(tried[10]).toBe(429);
  });

  it("close at all of them what a revoked link had let in", async () => {
    const [one, two, three] = at as [BrowserSession, BrowserSession, BrowserSession];
    const own = await one.startLab("slow-steps");
    const follower = one.at(two.url);
    // What one of them knows, another may come to know a moment later.
    await follower.whenActive(own.id);
    const socket = await follower.socket(own.id, await follower.ticket(own.id));
    const unspent = await follower.ticket(own.id);
    if (typeof socket === "number") throw new Error(`refused with ${String(socket)}`);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const revoked = await three.call("POST", `api/instructor/sessions/${own.id}/revoke-link`, undefined, {
      authorization: `Bearer ${INSTRUCTOR_TOKEN}`,
      cookie: "",
      origin: "",
    });
    expect([revoked.status, revoked.text]).toEqual([200, expect.stringContaining(own.id)]);
    await closed;
    expect(await follower.socket(own.id, unspent)).toBe(401);
    await until("the others refuse it too", 60_000, async () =>
      (await one.at(two.url).call("GET", `api/sessions/${own.id}`)).status === 401 ? true : undefined,
    );
  });

  it("share who asks for help and who comes, and let a helper go at one when the learner ends it at another", async () => {
    const [one, two, three] = at as [BrowserSession, BrowserSession, BrowserSession];
    const own = await one.startLab("slow-steps");
    for (const { url } of [two, three]) await one.at(url).whenActive(own.id);
    const helper = new BrowserSession(two.url);
    await helper.json("POST", "api/instructor/login", { token: INSTRUCTOR_TOKEN });
    await one.json("POST", `api/sessions/${own.id}/help`, { text: "At one of them" });
    const ofHelper = `api/instructor/sessions/${own.id}`;
    const taken = await Promise.all(
      [two, three].map(({ url }, number) =>
        helper.at(url).call("POST", `${ofHelper}/help`, { name: `Helper ${String(number)}` }),
      ),
    );
    expect(new Set(taken.map(({ status }) => status))).toEqual(new Set([204, 409]));
    await until("all of them say who comes", 60_000, async () => {
      const views = await Promise.all(
        servers.replicas.map(({ url }) => one.at(url).json<SessionView>("GET", `api/sessions/${own.id}`)),
      );
      const takers = new Set(views.map(({ help }) => help?.takenBy));
      return takers.size === 1 && !takers.has(undefined) ? true : undefined;
    });
    const { id } = await helper.json<{ id: string }>("POST", `${ofHelper}/guest`, { name: "Helper" });
    await one.at(three.url).json("POST", `api/sessions/${own.id}/guest`, { id });
    await until("the helper's server knows it", 60_000, async () =>
      (await one.at(two.url).json<SessionView>("GET", `api/sessions/${own.id}`)).guest?.agreedAt === undefined
        ? undefined
        : true,
    );
    const socket = await helper.socket(own.id, await helper.ticket(own.id));
    if (typeof socket === "number") throw new Error(`refused with ${String(socket)}`);
    await typeAndSee(socket, "echo typed-$((40+2))\r", /typed-42/, 30_000);
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await one.json("DELETE", `api/sessions/${own.id}/guest`);
    expect(await closed).toBe(4003);
    await one.json("DELETE", `api/sessions/${own.id}`);
  });

  it("take up the command that one of them was watching when it was killed", async () => {
    const [, two] = at as [BrowserSession, BrowserSession];
    const victim = servers.replicas[0] as Replica;
    await click(at[0] as BrowserSession, 1);
    const before = await watcherOf(1);
    process.kill(victim.pid(), "SIGKILL");
    await expect.poll(() => watcherOf(1)).not.toBe(before);
    const outcome = await two.outcome(session, 1);
    expect([outcome.state, outcome.output?.trim()]).toEqual(["succeeded", "woke up"]);
    await until("the killed one is back", 60_000, () =>
      fetch(`${victim.url}healthz`).then(
        ({ ok }) => (ok ? true : undefined),
        () => undefined,
      ),
    );
  });

  it("go on without the database for a minute, say what is the matter, and begin again when it is back", async () => {
    const [one, two] = at as [BrowserSession, BrowserSession];
    await click(one, 1);
    // A page that is open has been read once.
    await stateOf(one, 1);
    await servers.postgres.stop("immediate");
    const minute = sleep(OUTAGE_MS);
    const refused = await until("nothing is begun", 60_000, async () => {
      const answer = await runStep(two, 0);
      return answer.status === 503 ? answer : undefined;
    });
    expect(refused.text).toContain("SERVER_DATABASE_UNAVAILABLE");
    expect(refused.text).toContain("nothing was lost");
    expect((await one.call("GET", `api/sessions/${session.id}`)).status).toBe(200);
    expect((await one.call("GET", "readyz")).text).toContain('{"name":"database","problem"');
    expect((await one.outcome(session, 1)).output?.trim()).toBe("woke up");
    await minute;
    expect((await two.call("GET", `api/sessions/${session.id}`)).status).toBe(200);
    await servers.postgres.start();
    await expect.poll(() => stateOf(two, 1)).toBe("succeeded");
    await until("steps begin again", 60_000, async () =>
      (await runStep(two, 0)).status === 202 ? true : undefined,
    );
    expect((await two.outcome(session, 0)).state).toBe("succeeded");
  });

  it("make and end sessions also after those that led were killed", async () => {
    const leading = await leader();
    for (const replica of servers.replicas) process.kill(replica.pid(), "SIGKILL");
    const browser = new BrowserSession(servers.url);
    const { id } = await until("a session can be asked for", 60_000, () =>
      browser.json<SessionView>("POST", "api/sessions", { lab: "slow-steps" }).catch(() => undefined),
    );
    await until("it is made", 60_000, async () => {
      const answer = await browser.call("GET", `api/sessions/${id}`).catch(() => undefined);
      return answer?.status === 200 && (JSON.parse(answer.text) as SessionView).phase === "Active"
        ? true
        : undefined;
    });
    expect(await leader()).not.toBe(leading);
    await browser.json("DELETE", `api/sessions/${id}`);
    await until("it is gone", 60_000, () =>
      kubectl("get", "session", id).then(
        () => undefined,
        () => true,
      ),
    );
    expect(() => readFileSync(homeOf(servers.terminals, id))).toThrow("ENOENT");
  });
});

function click(browser: BrowserSession, number: number): Promise<StepResult> {
  return act(browser, number, "run");
}

async function act<T>(browser: BrowserSession, number: number, verb: string): Promise<T> {
  const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
  const { actions } = await browser.json<PageView>("GET", page);
  return browser.json<T>("POST", `${page}/steps/${actions[number]?.step ?? ""}/${verb}`);
}

async function runStep(browser: BrowserSession, number: number): Promise<Answer> {
  const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
  const { actions } = await browser.json<PageView>("GET", page);
  return browser.call("POST", `${page}/steps/${actions[number]?.step ?? ""}/run`);
}

async function stateOf(browser: BrowserSession, number: number): Promise<string | undefined> {
  const { results } = await browser.json<SessionView>("GET", `api/sessions/${session.id}`);
  return results.find((result) => result.number === number)?.state;
}

async function watcherOf(number: number): Promise<unknown> {
  const [row] = await servers.postgres.query(
    `SELECT server FROM results WHERE number = ${String(number)} AND session = '${session.id}'`,
  );
  return row?.["server"];
}

async function leader(): Promise<string> {
  const output = await kubectl("get", "lease", "--namespace", "lectern-system", "--output", "json");
  const { items } = JSON.parse(output) as { items: { spec: { holderIdentity: string } }[] };
  return items[0]?.spec.holderIdentity ?? "";
}

async function applyLab(name: string, title = name): Promise<void> {
  const items = configMapLab(name, { workshop: `title: ${title}\n`, page: `# ${name}\n` });
  const file = join(servers.replicas[0]?.data ?? "", `${name}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  await kubectl("apply", "--filename", file);
}

async function kubectl(...words: string[]): Promise<string> {
  const args = ["--kubeconfig", servers.kubeconfig, ...words];
  return (await promisify(execFile)("kubectl", args, { timeout: 30_000 })).stdout;
}
