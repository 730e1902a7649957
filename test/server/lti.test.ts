import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IssuedToken } from "../../workshop/common/account-api.js";
import type { EventRow } from "../../workshop/common/event-api.js";
import type { EventResults } from "../../workshop/common/event-results.js";
import { type Answer, BrowserSession, instructorToken } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";
import { type Entered, beginLaunch, enterByLaunch, entryOf, finishLaunch } from "./lti-launch.js";
import { CLAIM, LtiPlatform, writeRegistration } from "./lti-platform.js";

const MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#";
const folder = temporaryFolder();
const data = join(folder.path, "data");
let file: string;
const platform = new LtiPlatform();
let lectern: LecternProcess;
let operator: BrowserSession;
let anna: BrowserSession;

beforeAll(async () => {
  await platform.start();
  file = writeRegistration(folder.path, platform, "anna");
  await start();
  operator = new BrowserSession(lectern.url);
  await operator.json("POST", "api/instructor/login", { token: instructorToken(data) });
  const { token } = await operator.json<IssuedToken>("POST", "api/instructor/tokens", {
    name: "anna",
    role: "instructor",
  });
  anna = new BrowserSession(lectern.url);
  await anna.json("POST", "api/instructor/login", { token });
});
afterAll(async () => {
  await lectern?.stop();
  platform.stop();
  folder.remove();
});

describe("a launch by LTI", () => {
  it("leads to a session of one's own, the same in every browser, and tells the gradebook of each step, also after the platform was away and the server was killed", async () => {
    const ada = await entered("ada");
    const other = await entered("ada");
    expect(other.arrival).toEqual(ada.arrival);
    const grace = await entered("grace");
    expect(grace.arrival).not.toEqual(ada.arrival);
    await expect.poll(() => told("ada")).toEqual(["Started 0/4"]);
    const session = await ada.browser.whenActive("session" in ada.arrival ? ada.arrival.session : "");
    await ada.browser.run(session, 0);
    await expect.poll(() => told("ada")).toEqual(["Started 0/4", "InProgress 1/4"]);
    platform.isAway = true;
    await ada.browser.run(session, 2);
    expect((await ada.browser.outcome(session, 2)).state).toBe("succeeded");
    const asked = platform.asked.length;
    await expect.poll(() => platform.asked.length).toBeGreaterThan(asked);
    await lectern.stop("SIGTERM");
    platform.isAway = false;
    await start();
    await expect.poll(() => told("ada")).toEqual(["Started 0/4", "InProgress 1/4", "InProgress 2/4"]);
    expect(told("grace")).toEqual(["Started 0/4"]);
    anna = anna.at(lectern.url);
    const [event] = await anna.json<EventRow[]>("GET", "api/instructor/workshop-events");
    expect([event?.owner, event?.isOwn, event?.seatsTaken]).toEqual(["anna", true, 2]);
    const results = await anna.json<EventResults>(
      "GET",
      `api/instructor/workshop-events/${event?.name ?? ""}/results`,
    );
    expect(results.people.map(({ name, done }) => [name, done])).toEqual([
      ["Name of ada", 2],
      ["Name of grace", 0],
    ]);
  });

  it("makes who teaches a helper of the link's event, and of nothing else", async () => {
    const roles = { [`${CLAIM}roles`]: ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"] };
    const teachers = ["teacher", "second", "third", "fourth"].map((subject) => entered(subject, roles));
    const [{ browser, arrival }, ...others] = (await Promise.all(teachers)) as [Entered, ...Entered[]];
    const name = "event" in arrival ? arrival.event : "";
    expect(name).toMatch(/^lti-/);
    const shared = await anna.json<EventRow>("POST", "api/instructor/workshop-events", wanted());
    const events = await browser.json<EventRow[]>("GET", "api/instructor/workshop-events");
    expect(events.map((row) => [row.name, row.role])).toEqual([[name, "helper"]]);
    expect((await browser.call("GET", `api/instructor/workshop-events/${shared.name}`)).status).toBe(403);
    expect((await browser.call("DELETE", `api/instructor/workshop-events/${name}`)).status).toBe(403);
    expect(told("teacher")).toEqual([]);
    for (const other of others)
      expect(await other.browser.json<EventRow[]>("GET", "api/instructor/workshop-events")).toHaveLength(1);
  });

  it("lets nobody else take the name of a link's event, and does not lead to one that is another's by now", async () => {
    const link = { [`${CLAIM}resource_link`]: { id: "link-of-bob" } };
    const { arrival } = await entered("teacher", {
      ...link,
      [`${CLAIM}roles`]: ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
    });
    const name = "event" in arrival ? arrival.event : "";
    const { token } = await operator.at(lectern.url).json<IssuedToken>("POST", "api/instructor/tokens", {
      name: "bob",
      role: "instructor",
    });
    const bob = new BrowserSession(lectern.url);
    await bob.json("POST", "api/instructor/login", { token });
    const taken = await bob.call("POST", "api/instructor/workshop-events", { ...wanted(), name });
    expect([taken.status, taken.text]).toEqual([400, expect.stringContaining("begin with lti-")]);
    // Only who owns it can make it somebody's who then looks after these people.
    const { owner, helpers } = await anna.json<EventRow>("GET", `api/instructor/workshop-events/${name}`);
    const change = { owner: "bob", was: { owner, helpers } };
    await anna.json("PUT", `api/instructor/workshop-events/${name}/staff`, change);
    await expect(entered("ada", link)).rejects.toThrow("is not of anna");
  });

  it("is believed once, in the browser that began it, of a registered platform and deployment, for us and now", async () => {
    const refusals = async (
      subject: string,
      change: (claims: Record<string, unknown>) => object,
      sign = {},
    ) => {
      const begun = await begin();
      const token = await platform.sign(
        change({ ...platform.claims(subject, "slow-steps"), nonce: begun.nonce }),
        sign,
      );
      return finish(begun.browser, { id_token: token, state: begun.state });
    };
    const { privateKey } = await generateKeyPair("RS256");
    const cases: [string, Answer][] = [
      ["cannot be believed", await refusals("eve", (claims) => claims, { secret: privateKey })],
      ["not registered here", await refusals("eve", (claims) => ({ ...claims, iss: "http://127.0.0.1:1" }))],
      ["not registered here", await refusals("eve", (claims) => ({ ...claims, aud: "another" }))],
      ["made for us", await refusals("eve", (claims) => ({ ...claims, aud: [platform.client, "another"] }))],
      [
        "cannot be believed",
        await refusals("eve", (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 600 })),
      ],
      ["another question", await refusals("eve", (claims) => ({ ...claims, nonce: "guess" }))],
      [
        "is not registered here",
        await refusals("eve", (claims) => ({ ...claims, [`${CLAIM}deployment_id`]: "two" })),
      ],
      ["names no lab", await refusals("eve", (claims) => ({ ...claims, [`${CLAIM}custom`]: {} }))],
      [
        "There is no lab",
        await refusals("eve", (claims) => ({ ...claims, [`${CLAIM}custom`]: { lab: "none" } })),
      ],
      ["message_type", await refusals("eve", (claims) => ({ ...claims, [`${CLAIM}message_type`]: "Other" }))],
    ];
    for (const [words, { status, text }] of cases)
      expect([status >= 400, text]).toEqual([true, expect.stringContaining(words)]);
    const begun = await begin();
    const token = await platform.sign({ ...platform.claims("ada", "slow-steps"), nonce: begun.nonce });
    const answer = { id_token: token, state: begun.state };
    expect((await finish(new BrowserSession(lectern.url), answer)).text).toContain("allow cookies");
    expect((await finish((await begin()).browser, answer)).text).toContain("another browser");
    const first = await finish(begun.browser, answer);
    expect(first.status).toBe(303);
    // Our own page, whatever the platform names as its target.
    expect(first.headers["location"]).toMatch(/^\/launch#entry=/);
    expect((await finish(begun.browser, answer)).text).toContain("used before");
    const entry = entryOf(first);
    // Sent to somebody, who would be taken for whoever made it.
    for (const other of [new BrowserSession(lectern.url), (await begin()).browser]) {
      const victim = await other.call("POST", "api/lti/enter", { entry });
      expect([victim.status, victim.text]).toEqual([403, expect.stringContaining("another browser")]);
    }
    const twice = await Promise.all([0, 1].map(() => begun.browser.call("POST", "api/lti/enter", { entry })));
    expect(new Set(twice.map(({ status }) => status))).toEqual(new Set([200, 403]));
    expect((await begun.browser.call("POST", "api/lti/enter", { entry: `${entry}x` })).status).toBe(403);
  });

  it("is not believed where it is not signed, or signed by what everybody knows", async () => {
    for (const forge of [
      (claims: object) => platform.unsigned(claims),
      (claims: object) => platform.signedByPublicKey(claims),
      (claims: object) => platform.sign(claims, { kid: "../../other" }),
    ]) {
      const begun = await begin();
      const token = await forge({ ...platform.claims("eve", "slow-steps"), nonce: begun.nonce });
      const answer = await finish(begun.browser, { id_token: token, state: begun.state });
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining("cannot be believed")]);
    }
  });

  it("was used, also when the server was started again since", async () => {
    const begun = await begin();
    const token = await platform.sign({ ...platform.claims("twice", "slow-steps"), nonce: begun.nonce });
    const answer = { id_token: token, state: begun.state };
    const entry = entryOf(await finish(begun.browser, answer));
    await begun.browser.json("POST", "api/lti/enter", { entry });
    await lectern.stop();
    await start();
    const browser = begun.browser.at(lectern.url);
    const again = await finish(browser, answer);
    expect([again.status, again.text]).toEqual([403, expect.stringContaining("started again")]);
    expect((await browser.call("POST", "api/lti/enter", { entry })).status).toBe(403);
  });

  it("makes nobody a helper who only sounds like one, and opens no link's event by another", async () => {
    for (const role of [
      `${MEMBERSHIP}Mentor`,
      "Mentor",
      "https://evil.example/membership#Instructor",
      "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",
      "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    ])
      expect((await entered("parent", { [`${CLAIM}roles`]: [role] })).arrival).toHaveProperty("session");
    anna = anna.at(lectern.url);
    const events = await anna.json<EventRow[]>("GET", "api/instructor/workshop-events");
    const { name = "" } = events.find((row) => row.name.startsWith("lti-")) ?? {};
    const begun = await begin();
    const claims = platform.claims("teacher of another", "slow-steps", {
      [`${CLAIM}roles`]: [`${MEMBERSHIP}Instructor`],
      [`${CLAIM}custom`]: { event: name },
    });
    const token = await platform.sign({ ...claims, nonce: begun.nonce });
    const answer = await finish(begun.browser, { id_token: token, state: begun.state });
    expect([answer.status, answer.text]).toEqual([
      403,
      expect.stringContaining("only that link leads to it"),
    ]);
  });

  it("makes all helpers who begin to teach at once", async () => {
    const roles = { [`${CLAIM}roles`]: ["Instructor"] };
    const names = ["one", "two", "three", "four"];
    const teachers = await Promise.all(names.map((who) => entered(`teacher ${who}`, roles)));
    for (const { browser, arrival } of teachers) {
      const name = "event" in arrival ? arrival.event : "";
      expect((await browser.call("GET", `api/instructor/workshop-events/${name}`)).status).toBe(200);
    }
  });

  it("tells the others' scores where the platform fails at one line, and asks no address that is not its own", async () => {
    platform.broken.add("broken");
    await entered("unlucky", endpoint(`${platform.url}/lines/broken?type=x`));
    const asked = () => platform.asked.filter((path) => path.includes("/broken/")).length;
    await expect.poll(asked).toBeGreaterThan(0);
    // Addresses that no request can be made to hold up nobody either.
    await entered("odd", endpoint(platform.url.replace("//", "//user:secret@")));
    await entered("blob", endpoint(`blob:${platform.url}/x`));
    await entered("lucky");
    await expect.poll(() => told("lucky")).toEqual(["Started 0/4"]);
    expect(told("unlucky")).toEqual([]);
    await expect.poll(logs).toContain("scores are told to no origin that is not registered");
  });

  it("is begun for registered platforms alone, asks nobody else, and in a frame leads to a window of its own", async () => {
    const browser = new BrowserSession(lectern.url);
    const unknown = await browser.call(
      "GET",
      "lti/login?iss=https://evil.example&login_hint=x&target_link_uri=https://evil.example",
    );
    expect([unknown.status, unknown.headers["location"]]).toEqual([403, undefined]);
    const query = `iss=${encodeURIComponent(platform.url)}&login_hint=${encodeURIComponent('"><script>')}`;
    const framed = await browser.call("GET", `lti/login?${query}`, undefined, { "sec-fetch-dest": "iframe" });
    expect([framed.status, framed.text]).toEqual([200, expect.stringContaining('target="_blank"')]);
    expect(framed.text).not.toContain("<script>");
    expect(framed.headers["content-security-policy"]).toContain(
      `frame-ancestors ${platform.url} https://school.example`,
    );
    // A line of scores of another origin is not asked, and not kept.
    await entered("mallory", endpoint("http://127.0.0.1:9/steal"));
    expect(told("mallory")).toEqual([]);
    // Neither names nor what a platform knows people by, nor what lets somebody in.
    for (const word of ["Name of", "mallory", "<script>", "entry=", "id_token"]) {
      expect(lectern.output()).not.toContain(word);
      expect(logs()).not.toContain(word);
    }
  });

  it("goes on when the platform signs by a new key, and says so where its keys cannot be read", async () => {
    await lectern.stop();
    await start();
    platform.isAway = true;
    const begun = await begin();
    const token = await platform.sign({ ...platform.claims("late", "slow-steps"), nonce: begun.nonce });
    const away = await finish(begun.browser, { id_token: token, state: begun.state });
    expect([away.status, away.text]).toEqual([503, expect.stringContaining("cannot be read just now")]);
    platform.isAway = false;
    await platform.rotate();
    expect((await entered("late")).arrival).toHaveProperty("session");
  });

  it("is refused at the start where what is said of platforms cannot be used", async () => {
    const wrong = join(folder.path, "wrong.json");
    writeFileSync(
      wrong,
      JSON.stringify({
        keys: [join(folder.path, "key.pem")],
        platforms: [{ ...platform.registration("anna"), token: "http://school.example/token" }],
      }),
    );
    const { status, output } = await runCli(["serve", "--data", join(folder.path, "other"), "--lti", wrong]);
    expect([status, output]).toEqual([
      expect.any(Number),
      expect.stringContaining("platforms.0.token: must begin with https://"),
    ]);
    expect(output).toContain("SERVER_LTI_CONFIG_INVALID");
    const twice = [platform.registration("anna"), platform.registration("ben")];
    writeFileSync(wrong, JSON.stringify({ keys: [join(folder.path, "key.pem")], platforms: twice }));
    const doubled = await runCli(["serve", "--data", join(folder.path, "other"), "--lti", wrong]);
    expect(doubled.output).toContain("the same issuer and client stand there twice");
  });
});

async function start(): Promise<void> {
  lectern = await startLectern(data, [
    "--lab",
    writeLab(folder.path),
    "--start",
    "instructor",
    "--lti",
    file,
  ]);
  platform.toolKeys = `${lectern.url}lti/keys`;
}

/** What the gradebook was told of somebody, in order. */
function told(subject: string): string[] {
  return platform.scores
    .filter(({ userId }) => userId === subject)
    .map(
      ({ activityProgress, scoreGiven, scoreMaximum }) =>
        `${activityProgress} ${String(scoreGiven)}/${String(scoreMaximum)}`,
    );
}

const begin = () => beginLaunch(platform, lectern.url);
const finish = (browser: BrowserSession, answer: Record<string, string>) =>
  finishLaunch(platform, browser, answer);
const entered = (subject: string, more: object = {}) =>
  enterByLaunch(platform, { tool: lectern.url, subject, more });

function logs(): string {
  const inLogs = join(data, "logs");
  return readdirSync(inLogs)
    .map((name) => readFileSync(join(inLogs, name), "utf8"))
    .join("");
}

/** The claim of where scores go. */
function endpoint(lineitem: string): object {
  const scope = ["https://purl.imsglobal.org/spec/lti-ags/scope/score"];
  return { "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": { scope, lineitem } };
}

function wanted() {
  const [from, until] = [0, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
  return { lab: "slow-steps", from, until, seats: 3 };
}
