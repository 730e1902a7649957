import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import type { SessionView } from "../../workshop/common/api.js";
import {
  type Asking,
  ask,
  cookieOf,
  firstEvents,
  openSocket,
  openStream,
  said,
  socketStatus,
} from "./application-client.js";
import { writeApplicationLab } from "./application-lab.js";
import { BrowserSession, instructorToken, typeAndSee } from "./browser-session.js";
import { type LecternProcess, startLectern, temporaryFolder, until } from "./lectern-process.js";

interface Learner {
  browser: BrowserSession;
  session: SessionView;
}

const HTML = { accept: "text/html" };
const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = writeApplicationLab(join(folder.path, "application"));
let lectern: LecternProcess;
let ada: Learner;
let mallory: Learner;

async function startWith(...flags: string[]): Promise<void> {
  // One of them asks what is said where no pod runs.
  lectern = await startLectern(data, ["--lab", lab, "--containers", "off", ...flags]);
  [ada, mallory] = await Promise.all([learner(), learner()]);
  await Promise.all([startApplication(ada), startApplication(mallory)]);
}

afterAll(() => folder.remove());

describe("an application at a host name of its own", () => {
  beforeAll(() => startWith("--ingress-domain", "localhost"));
  afterAll(() => lectern.stop());

  it("is reached by whoever may use the session, and says so in variables", async () => {
    const entry = await addressOf(ada, "app", "/headers?x=1");
    expect(entry.host).toBe(`app-${ada.session.id}.localhost:${new URL(lectern.url).port}`);
    const entered = await ask(entry);
    expect([entered.status, entered.headers.location]).toEqual([303, "/headers?x=1"]);
    expect(entered.headers["set-cookie"]?.[0]).toMatch(/HttpOnly; Secure; Partitioned; SameSite=None/);
    const shown = await ask(entry, { path: "/headers?x=1", cookie: cookieOf(entered) });
    const seen = JSON.parse(shown.text) as { url: string; headers: Record<string, string> };
    expect(seen.url).toBe("/headers?x=1");
    expect(seen.headers).toMatchObject({
      host: entry.host,
      "x-forwarded-host": entry.host,
      "x-forwarded-proto": "http",
    });
    expect(ada.session.dashboards).toContainEqual({
      name: "App",
      url: `http://app-${ada.session.id}.localhost:${new URL(lectern.url).port}/`,
      ingress: { name: "app", path: "/" },
    });
  });

  it("is shown to no other learner, whatever they bring", async () => {
    const host = await addressOf(ada, "app", "/");
    const foreign = await addressOf(mallory, "app", "/");
    const malloryStay = cookieOf(await ask(foreign));
    const adaStay = cookieOf(await ask(host));
    const path = "/headers";
    const attempts: [string, Asking][] = [
      ["nothing", { path }],
      ["the other's own admission", { path, cookie: malloryStay }],
      ["cookies of the main page", { path, cookie: ada.browser.cookieHeader() }],
      [
        "an entry in place of an admission",
        { path, cookie: `lectern-application=${host.searchParams.get("token")}` },
      ],
      [
        "an admission to another application",
        { host: host.host.replace("app-", "other-"), path, cookie: adaStay },
      ],
      ["an admission at the other's host", { host: foreign.host, path, cookie: adaStay }],
    ];
    for (const [what, asking] of attempts)
      expect([what, (await ask(host, asking)).status]).toEqual([what, 401]);
    const entered = await ask(new URL(`${foreign.pathname}?${host.searchParams.toString()}`, foreign));
    expect([entered.status, entered.headers["set-cookie"]]).toEqual([401, undefined]);
    const refused = await mallory.browser.call(
      "POST",
      `api/sessions/${ada.session.id}/ingresses/app/address`,
      {
        path: "/",
      },
    );
    expect(refused.status).toBe(401);
    // Beside a value that a sibling's page has added, the good one still counts.
    expect((await ask(host, { path, cookie: `${malloryStay}; ${adaStay}` })).status).toBe(200);
  });

  it("leads a person without admission over Lectern's page, and a frame to a page that says what to do", async () => {
    const host = await addressOf(ada, "app", "/");
    const person = await ask(host, { path: "/headers?a=b", headers: HTML });
    expect([person.status, person.headers.location]).toEqual([
      302,
      `${lectern.url}s/${ada.session.id}/ingress/app/headers?a=b`,
    ]);
    const framed = await ask(host, { path: "/", headers: { ...HTML, "sec-fetch-dest": "iframe" } });
    expect([framed.status, framed.text]).toEqual([401, expect.stringContaining("Load again")]);
    const redirected = await ask(
      new URL(
        `${host.pathname}?${new URLSearchParams({ token: host.searchParams.get("token") ?? "", to: "//evil.example/" }).toString()}`,
        host,
      ),
    );
    expect(redirected.headers.location).toBe("/");
  });

  it("is asked for nothing by pages of a sibling, though the browser sends them the cookie", async () => {
    const host = await addressOf(ada, "app", "/");
    const cookie = cookieOf(await ask(host));
    const sibling = (await addressOf(mallory, "app", "/")).origin;
    const own = host.origin;
    const statuses: [Asking["headers"] & object, string, number][] = [
      [{ origin: sibling, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }, "GET", 403],
      [
        { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" },
        "GET",
        403,
      ],
      [{ origin: sibling }, "GET", 403],
      [{ origin: sibling }, "POST", 403],
      [{ origin: "null" }, "POST", 403],
      [{ origin: sibling, "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" }, "POST", 403],
      [{}, "POST", 403],
      [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, "GET", 200],
      [{ origin: own }, "POST", 200],
      [{ origin: "null", "sec-fetch-site": "same-origin" }, "POST", 200],
      [{ origin: own.replace("app-", "other-") }, "POST", 200],
    ];
    for (const [headers, method, status] of statuses)
      expect([
        headers,
        method,
        (await ask(host, { path: "/headers", cookie, headers, method })).status,
      ]).toEqual([headers, method, status]);
    expect(await socketStatus(host, "/socket", { cookie, origin: sibling })).toBe(403);
    expect(await socketStatus(host, "/socket", { origin: own })).toBe(401);
    expect(await said(host, "/socket", { cookie, origin: own })).toBe("a word");
  });

  it("is sent no cookie of ours, and can set none beyond its host, nor speak for it", async () => {
    const host = await addressOf(ada, "app", "/");
    const cookie = cookieOf(await ask(host));
    const sent = await ask(host, {
      path: "/headers",
      cookie: `${cookie}; ${ada.browser.cookieHeader()}; theirs=1`,
      headers: { "lectern-page-key": "secret", "x-forwarded-for": "1.2.3.4" },
    });
    const { headers } = JSON.parse(sent.text) as { headers: Record<string, string> };
    expect(headers["cookie"]).toBe("theirs=1");
    expect(headers["lectern-page-key"]).toBeUndefined();
    expect(headers["x-forwarded-for"]).toMatch(/127\.0\.0\.1|::1/);
    const worst = await ask(host, { path: "/worst", cookie });
    expect(worst.headers["set-cookie"]).toEqual(["own=1; Path=/"]);
    for (const name of [
      "clear-site-data",
      "x-accel-redirect",
      "strict-transport-security",
      "nel",
      "x-frame-options",
    ])
      expect([name, worst.headers[name]]).toEqual([name, undefined]);
    expect(worst.headers["content-security-policy"]).toMatch(
      /^default-src \*, frame-ancestors 'self' http:\/\/localhost:\d+ /,
    );
    const redirected = await ask(host, { path: "/elsewhere", cookie });
    expect(redirected.headers.location).toBe("/headers?a=b");
  });

  it("streams both ways, and is bounded where it is not", async () => {
    const host = await addressOf(ada, "app", "/");
    const cookie = cookieOf(await ask(host));
    expect(await firstEvents(host, { path: "/stream", cookie }, 3)).toEqual(["first", "1", "2"]);
    const body = randomBytes(3 * 1024 * 1024);
    const uploaded = await ask(host, {
      path: "/upload",
      cookie,
      method: "POST",
      body,
      headers: { origin: host.origin },
    });
    expect(uploaded.text).toBe(createHash("sha256").update(body).digest("hex"));
    for (const path of ["/large-headers", "/drop"]) {
      const failed = await ask(host, { path, cookie, headers: HTML });
      expect([path, failed.status, failed.text]).toEqual([
        path,
        502,
        expect.stringContaining("did not answer"),
      ]);
    }
    const streams = await Promise.all(
      Array.from({ length: 90 }, () => openStream(host, { path: "/stream", cookie })),
    );
    const refused = await ask(host, { path: "/headers", cookie });
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining("SERVER_INGRESS_BUSY")]);
    // Somebody else's applications are not held up by it.
    const other = await addressOf(mallory, "app", "/");
    expect((await ask(other, { path: "/headers", cookie: cookieOf(await ask(other)) })).status).toBe(200);
    for (const close of streams) close();
    await until("it answers again", 60_000, async () =>
      (await ask(host, { path: "/headers", cookie })).status === 200 ? true : undefined,
    );
  });

  it("says what is missing: on a port where nothing listens, and behind a Service of a cluster without containers", async () => {
    const nothing = await addressOf(ada, "other", "/");
    const page = await ask(nothing, { path: "/", cookie: cookieOf(await ask(nothing)), headers: HTML });
    expect([page.status, page.text]).toEqual([
      502,
      expect.stringContaining("Nothing listens on port 8081 in your terminal yet"),
    ]);
    expect(page.text).toContain('http-equiv="refresh"');
    const service = await addressOf(ada, "service", "/");
    const answer = await ask(service, { path: "/", cookie: cookieOf(await ask(service)), headers: HTML });
    expect([answer.status, answer.text]).toEqual([502, expect.stringContaining("runs no containers")]);
    const unknown = await ask(nothing, {
      host: `nope-${ada.session.id}.localhost`,
      path: "/",
      headers: HTML,
    });
    expect([unknown.status, unknown.text]).toEqual([
      404,
      expect.stringContaining("There is no application here"),
    ]);
  });

  it("is open to instructors, until their token is renewed, and to nobody once the link or the session is over", async () => {
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    const seen = await addressOf({ browser: instructor, session: mallory.session }, "app", "/");
    const cookie = cookieOf(await ask(seen));
    expect((await ask(seen, { path: "/headers", cookie })).status).toBe(200);
    const own = await addressOf(mallory, "app", "/");
    const learners = cookieOf(await ask(own));
    const socket = await openSocket(own, "/socket", { cookie: learners, origin: own.origin });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await instructor.json("POST", `api/instructor/sessions/${mallory.session.id}/revoke-link`);
    await closed;
    expect((await ask(own, { path: "/headers", cookie: learners })).status).toBe(401);
    const again = await addressOf({ browser: instructor, session: mallory.session }, "app", "/");
    const stay = cookieOf(await ask(again));
    expect((await ask(again, { path: "/headers", cookie: stay })).status).toBe(200);
    await instructor.json("DELETE", `api/instructor/sessions/${mallory.session.id}`);
    await until("it is gone", 60_000, async () =>
      (await ask(again, { path: "/headers", cookie: stay })).status === 404 ? true : undefined,
    );
  });
});

describe("an application below a path of Lectern's own", () => {
  beforeAll(() => startWith());
  afterAll(() => lectern.stop());

  it("is reached by an address that carries the right to it, and redirects stay below it", async () => {
    const address = await addressOf(ada, "app", "/headers?x=1");
    const shown = await ask(address);
    const seen = JSON.parse(shown.text) as { url: string; headers: Record<string, string> };
    expect(seen.url).toBe("/headers?x=1");
    const prefix = address.pathname.replace(/\/headers$/, "");
    expect(seen.headers["x-forwarded-prefix"]).toBe(prefix);
    expect((await ask(address, { path: `${prefix}/redirect` })).headers.location).toBe(`${prefix}/headers`);
    expect(await said(address, `${prefix}/socket`, { origin: "null" })).toBe("a word");
    const { html } = await ada.browser.json<{ html: string }>(
      "GET",
      `api/sessions/${ada.session.id}/pages/start`,
    );
    expect(html).toContain(`href="${lectern.url}s/${ada.session.id}/ingress/app/headers"`);
  });

  it("is a page of nobody: sandboxed, without cookies, and what a page of ours takes in is refused", async () => {
    const address = await addressOf(ada, "app", "/worst");
    const worst = await ask(address, { cookie: `${ada.browser.cookieHeader()}; theirs=1` });
    expect(worst.headers["content-security-policy"]).toBe(
      "sandbox allow-scripts allow-forms allow-popups allow-downloads allow-modals; frame-ancestors 'self'",
    );
    expect(worst.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    for (const name of [
      "set-cookie",
      "clear-site-data",
      "service-worker-allowed",
      "nel",
      "access-control-allow-origin",
    ])
      expect([name, worst.headers[name]]).toEqual([name, undefined]);
    const headers = await ask(await addressOf(ada, "app", "/headers"), {
      cookie: ada.browser.cookieHeader(),
    });
    expect((JSON.parse(headers.text) as { headers: object }).headers).not.toHaveProperty("cookie");
    const takenIn: Record<string, string>[] = [
      { "sec-fetch-site": "same-origin", "sec-fetch-dest": "script" },
      { "sec-fetch-site": "same-origin", "sec-fetch-dest": "empty" },
      { "service-worker": "script" },
      { origin: new URL(lectern.url).origin },
    ];
    for (const asked of takenIn)
      expect([asked, (await ask(address, { headers: asked })).status]).toEqual([asked, 403]);
    const missing = await ask(await addressOf(ada, "other", "/"), { headers: HTML });
    expect(missing.headers["content-security-policy"]).toMatch(/^sandbox /);
  });

  it("is shown to no other learner, whatever they change about their own address", async () => {
    const own = await addressOf(mallory, "app", "/headers");
    expect((await ask(own)).status).toBe(200);
    for (const path of [
      own.pathname.replace(mallory.session.id, ada.session.id),
      own.pathname.replace("/app/", "/other/"),
      own.pathname.replace("learner", "instructor"),
    ])
      expect([path, (await ask(own, { path })).status]).toEqual([path, 401]);
    expect((await ask(own, { host: "evil.example" })).status).toBe(403);
  });

  it("lets its own page ask it for anything, and answers no preflight of another", async () => {
    const address = await addressOf(ada, "app", "/headers");
    const preflight = { "access-control-request-method": "PUT", "access-control-request-headers": "x-mine" };
    const own = await ask(address, { method: "OPTIONS", headers: { ...preflight, origin: "null" } });
    expect(own.headers).toMatchObject({
      "access-control-allow-origin": "null",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "x-mine",
    });
    const other = await ask(address, {
      method: "OPTIONS",
      headers: { ...preflight, origin: "https://evil.example" },
    });
    expect(other.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

async function learner(): Promise<Learner> {
  const browser = new BrowserSession(lectern.url);
  return { browser, session: await browser.startLab("application") };
}

async function startApplication({ browser, session }: Learner): Promise<void> {
  const socket = (await browser.socket(session.id, await browser.ticket(session.id))) as WebSocket;
  await typeAndSee(socket, "node app.mjs\r", /application listens/, 30_000);
  socket.terminate();
}

/** The address by which the browser is let into the application. */
async function addressOf({ browser, session }: Learner, ingress: string, path: string): Promise<URL> {
  const asked = `api/sessions/${session.id}/ingresses/${ingress}/address`;
  return new URL((await browser.json<{ url: string }>("POST", asked, { path })).url, lectern.url);
}
