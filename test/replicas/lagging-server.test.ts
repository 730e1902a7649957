import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRunningServer } from "../../server/supervisor/running-server.js";
import type { IssuedToken } from "../../workshop/common/account-api.js";
import type { EventDetail, EventRow } from "../../workshop/common/event-api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import type { SessionView } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, typeAndSee } from "../server/browser-session.js";
import { startLectern, until } from "../server/lectern-process.js";
import { type HeldWatches, startHeldWatches } from "./held-watches.js";
import { INSTRUCTOR_TOKEN, startSeveralServers } from "./three-servers.js";
import type { Replica, SeveralServers } from "./three-servers.js";

const LATER = { timeout: 60_000 };
let servers: SeveralServers;
let watches: HeldWatches;
let behind: string;
const ends: (() => Promise<unknown>)[] = [];

/** Everything here happens at one server, and is then asked of another that has heard of nothing. */
describe.skipIf(isWithout("postgres") || isWithout("kubectl"))("a server that hears of nothing", () => {
  beforeAll(async () => {
    servers = await startSeveralServers({ count: 1 });
    ends.push(() => servers.close());
    // It leads: the other would never see what is to be made.
    const [leading] = servers.replicas as [Replica];
    const data = `${leading.data}-behind`;
    watches = await startHeldWatches(servers.kubeconfig, join(leading.data, "kubeconfig-behind"));
    ends.push(() => watches.close());
    const words = leading.words.map((word) => (word === servers.kubeconfig ? watches.kubeconfig : word));
    const server = await startLectern(data, words);
    ends.push(() => server.stop());
    behind = readRunningServer(data).url.replace("localhost", "127.0.0.1");
    watches.hold();
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  it("knows a session that has become active elsewhere, runs its steps, opens its terminal and gives it more time", async () => {
    const { one, two, id } = await newSession();
    expect((await two.json<SessionView>("GET", `api/sessions/${id}`)).id).toBe(id);
    const session = await one.whenActive(id);
    const page = `api/sessions/${id}/pages/${session.currentPage}`;
    const { actions } = await two.json<PageView>("GET", page);
    const { status, text } = await two.call("POST", `${page}/steps/${actions[0]?.step ?? ""}/run`);
    expect([status, text]).toEqual([202, expect.any(String)]);
    expect((await one.outcome(session, 0)).state).toBe("succeeded");
    const socket = await two.socket(id, await one.ticket(id));
    if (typeof socket === "number") throw new Error(`refused with ${String(socket)}`);
    await typeAndSee(socket, "echo typed-$((40+2))\r", /typed-42/);
    socket.close();
    expect((await two.json<SessionView>("POST", `api/sessions/${id}/extend`)).phase).toBe("Active");
    await one.json("DELETE", `api/sessions/${id}`);
  });

  it("lets in by a link that has been replaced elsewhere, and who was let in by it", async () => {
    const { one, two, id } = await newSession();
    await one.whenActive(id);
    await two.whenActive(id);
    const instructor = await loggedIn(one);
    const replaced = () =>
      instructor.json<InstructorRow>("POST", `api/instructor/sessions/${id}/revoke-link`);
    const friend = new BrowserSession(behind);
    expect((await friend.open((await replaced()).link)).status).toBe(204);
    const other = new BrowserSession(one.url);
    expect((await other.open((await replaced()).link)).status).toBe(204);
    expect((await other.at(behind).call("GET", `api/sessions/${id}`)).status).toBe(200);
    const socket = await other.at(behind).socket(id, await other.ticket(id));
    expect(socket).toBeTypeOf("object");
    if (typeof socket === "object") socket.close();
    await instructor.json("DELETE", `api/instructor/sessions/${id}`);
  });

  it("ends the session of somebody who has come to an event elsewhere, when they are removed here", async () => {
    const [{ url }] = servers.replicas as [Replica];
    const learner = new BrowserSession(url);
    const there = await loggedIn(learner);
    const [from, end] = [new Date(), new Date(Date.now() + 3_600_000)];
    const wanted = { lab: "slow-steps", seats: 1, from: from.toISOString(), until: end.toISOString() };
    const events = "api/instructor/workshop-events";
    const { name, link } = await there.json<EventRow>("POST", events, wanted);
    const token = new URL(link).hash.replace("#join=", "");
    await learner.json("POST", `api/events/${name}/admission`, { token });
    const session = await learner.json<SessionView>("POST", `api/events/${name}/join`, { name: "Ada" });
    const { people } = await there.json<EventDetail>("GET", `${events}/${name}`);
    const here = await loggedIn(new BrowserSession(behind));
    const removed = await here.call("DELETE", `${events}/${name}/people/${people[0]?.id ?? ""}`);
    expect([removed.status, removed.text]).toEqual([204, ""]);
    await until("their session is gone", 60_000, async () => {
      const left = await there.json<InstructorRow[]>("GET", "api/instructor/sessions");
      return left.every(({ id }) => id !== session.id) || undefined;
    });
    expect((await there.json<EventDetail>("GET", `${events}/${name}`)).people).toEqual([]);
  });

  it("lets in a token that was made elsewhere, and lets its holder type where the learner has agreed elsewhere", async () => {
    const { one, two, id } = await newSession();
    await one.whenActive(id);
    await two.whenActive(id);
    const operator = await loggedIn(one);
    const { token } = await operator.json<IssuedToken>("POST", "api/instructor/tokens", {
      name: "ben",
      role: "helper",
    });
    const helper = new BrowserSession(behind);
    await helper.json("POST", "api/instructor/login", { token });
    const there = helper.at(one.url);
    const asked = await there.json<{ id: string }>("POST", `api/instructor/sessions/${id}/guest`, {
      name: "Ben",
    });
    await one.json("POST", `api/sessions/${id}/guest`, { id: asked.id });
    const socket = await helper.socket(id, await helper.ticket(id));
    if (typeof socket === "number") throw new Error(`refused with ${String(socket)}`);
    await typeAndSee(socket, "echo typed-$((40+2))\r", /typed-42/);
    socket.close();
    await one.json("DELETE", `api/sessions/${id}`);
  });

  it("answers the shell of a session that was made elsewhere", async () => {
    const { one, id } = await newSession();
    await one.whenActive(id);
    const socket = await one.socket(id, await one.ticket(id));
    if (typeof socket === "number") throw new Error(`refused with ${String(socket)}`);
    const said = /=([a-z0-9-]+\.[\w-]{43})=/;
    const [, token = ""] = said.exec(await typeAndSee(socket, 'echo "=$LECTERN_TOKEN="\r', said)) ?? [];
    socket.close();
    const answer = await new BrowserSession(behind).call("GET", "v1alpha1/workspaces", undefined, {
      authorization: `Bearer ${token}`,
      origin: "",
    });
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    await one.json("DELETE", `api/sessions/${id}`);
  });

  it("hears of it all later", async () => {
    watches.release();
    const { one, id } = await newSession();
    await one.whenActive(id);
    await one.json("DELETE", `api/sessions/${id}`);
    await expect
      .poll(async () => (await one.at(behind).call("GET", `api/sessions/${id}`)).status, LATER)
      .toBe(404);
  });
});

/** Asked for at the one server by a browser of its own, which the other has not seen either. */
async function newSession() {
  const one = new BrowserSession((servers.replicas as [Replica])[0].url);
  const { id } = await until("a session can be asked for", 60_000, () =>
    one.json<SessionView>("POST", "api/sessions", { lab: "slow-steps" }).catch(() => undefined),
  );
  return { one, two: one.at(behind), id };
}

async function loggedIn({ url }: BrowserSession): Promise<BrowserSession> {
  const browser = new BrowserSession(url);
  await browser.json("POST", "api/instructor/login", { token: INSTRUCTOR_TOKEN });
  return browser;
}
