import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { type Answer, ask, cookieOf } from "../server/application-client.js";
import { BrowserSession } from "../server/browser-session.js";
import { type LecternProcess, startLectern, temporaryFolder, until } from "../server/lectern-process.js";
import { whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping Ingress objects of sessions: ${why}`);

const START_MS = 180_000;
/** Takes every upgrade and says back what is said. */
const ECHO =
  "while true; do nc -l -p 8080 -e sh -c 'while read line; do [ ${#line} -le 1 ] && break; done; printf \"HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n\"; cat'; done";

describe.skipIf(why !== undefined).each([
  ["at a host name of its own", ["--ingress-domain", "localhost"]],
  ["below a path", []],
])("an Ingress that a learner makes, %s", { timeout: START_MS }, (_where, flags) => {
  const folder = temporaryFolder();
  let lectern: LecternProcess;
  let learners: { browser: BrowserSession; session: SessionView }[];

  beforeAll(async () => {
    const lab = writeLab(join(folder.path, "ingress-lab"));
    lectern = await startLectern(join(folder.path, "data"), ["--lab", lab, ...flags]);
    learners = await Promise.all(
      [1, 2].map(async () => {
        const browser = new BrowserSession(lectern.url);
        return { browser, session: await browser.startLab("ingress-lab") };
      }),
    );
  }, START_MS);
  afterAll(async () => {
    await lectern?.stop();
    folder.remove();
  });

  it("says that there is none yet, then shows what its rules lead to, in a tab and in the terminal", async () => {
    const [{ browser, session } = { browser: new BrowserSession(""), session: {} as SessionView }] = learners;
    expect(session.dashboards.map(({ name, ingress }) => [name, ingress])).toContainEqual([
      "Shop",
      { name: "shop", path: "/" },
    ]);
    const before = await show(browser, session, "shop");
    expect([before.status, before.text]).toEqual([
      503,
      expect.stringContaining("No Ingress is served in this session yet"),
    ]);
    for (const number of [0, 1]) {
      await browser.run(session, number);
      expect(await browser.outcome(session, number, 120_000)).toMatchObject({ state: "succeeded" });
    }
    const shown = await until("the Ingress is served in the tab", 60_000, async () => {
      const answer = await show(browser, session, "shop");
      return answer.status === 200 ? answer : undefined;
    });
    expect(shown.text).toBe(`the shop of ${session.id}\n`);
    // The first label of a host leads there, too, and what is in no rule is told in words.
    expect((await show(browser, session, "hello")).text).toBe(shown.text);
    const lost = await show(browser, session, "lost");
    expect([lost.status, lost.text]).toEqual([404, expect.stringContaining("hello.example Prefix /")]);
    expect((await show(browser, session, "gone")).text).toContain("leads to the Service missing");
    expect(await upgraded(browser, session, "echo", "a word\n")).toBe("a word\n");
  });

  it("is nothing to another learner", async () => {
    const [first, second] = learners;
    if (first === undefined || second === undefined) throw new Error("two learners are needed");
    const other = await show(second.browser, second.session, "shop");
    expect([other.status, other.text]).toEqual([503, expect.stringContaining("No Ingress is served")]);
    const asked = `api/sessions/${first.session.id}/ingresses/shop/address`;
    expect((await second.browser.call("POST", asked, { path: "/" })).status).toBe(401);
    await second.browser.run(second.session, 2);
    expect(await second.browser.outcome(second.session, 2, 120_000)).toMatchObject({ state: "succeeded" });
  });
});

async function show(browser: BrowserSession, { id }: SessionView, name: string): Promise<Answer> {
  const entry = await entryOf(browser, id, name);
  const headers = { accept: "text/html" };
  if (!entry.pathname.startsWith("/.lectern/")) return ask(entry, { headers });
  return ask(entry, { path: "/", cookie: cookieOf(await ask(entry)), headers });
}

async function entryOf(browser: BrowserSession, session: string, name: string): Promise<URL> {
  const asked = `api/sessions/${session}/ingresses/${name}/address`;
  const { url } = await browser.json<{ url: string }>("POST", asked, { path: "/" });
  return new URL(url, browser.url);
}

/** What the pod says back over an upgraded connection. */
async function upgraded(browser: BrowserSession, { id }: SessionView, name: string, said: string) {
  const entry = await entryOf(browser, id, name);
  const isOwnHost = entry.pathname.startsWith("/.lectern/");
  const call = request({
    hostname: "127.0.0.1",
    port: entry.port,
    path: isOwnHost ? "/" : entry.pathname,
    headers: {
      host: entry.host,
      connection: "Upgrade",
      upgrade: "echo",
      ...(isOwnHost ? { cookie: cookieOf(await ask(entry)), origin: entry.origin } : { origin: "null" }),
    },
  });
  return new Promise<string>((resolve, reject) => {
    call.once("error", reject);
    call.once("response", ({ statusCode }) =>
      reject(new Error(`it was answered with ${String(statusCode)}`)),
    );
    call.once("upgrade", (_answer, socket, head) => {
      let text = head.toString();
      socket.on("error", reject);
      socket.on("data", (bytes: Buffer) => {
        text += bytes.toString();
        if (text.length < said.length) return;
        resolve(text);
        socket.destroy();
      });
      socket.write(said);
    });
    call.end();
  });
}

function writeLab(folder: string): string {
  const text = "-text=the shop of {{ session_name }}";
  const workshop = {
    title: "An Ingress",
    layout: "default",
    images: ["hashicorp/http-echo:1.0", "busybox:1.36"],
    ingresses: [{ name: "shop", kind: "Ingress" }],
    dashboards: [
      {
        name: "Shop",
        url: "{{ ingress_protocol }}://shop-{{ session_name }}.{{ ingress_domain }}{{ ingress_port_suffix }}/",
      },
    ],
    objects: [
      pod("web", { image: "hashicorp/http-echo:1.0", args: [text, "-listen=:8080"] }),
      pod("echo", { image: "busybox:1.36", command: ["sh", "-c", ECHO] }),
      service("web"),
      service("echo"),
    ],
  };
  const rules = ["hello.example/*=web:80", "gone.example/*=missing:80", "echo.example/*=echo:80"];
  const create = `kubectl create ingress shop ${rules.map((rule) => `--rule="${rule}"`).join(" ")}`;
  const found = "curl -sS -m 20 http://hello.example/";
  const page = [
    "# An Ingress",
    step(create),
    step(
      `for n in $(seq 100); do ${found} | grep "the shop of {{ session_name }}" && break; sleep 0.5; done`,
    ),
    step("! curl -sS -m 20 -H 'Host: hello.example' http://192.0.2.1/"),
  ];
  mkdirSync(join(folder, "pages"), { recursive: true });
  writeFileSync(join(folder, "workshop.yaml"), stringify(workshop, { aliasDuplicateObjects: false }));
  writeFileSync(join(folder, "pages", "a.md"), page.join("\n"));
  return folder;
}

function step(command: string): string {
  return `\n\`\`\`execute-1\n${command}\n\`\`\`\n`;
}

function pod(name: string, container: object): object {
  const spec = { containers: [{ name, ...container }] };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: name } }, spec };
}

function service(name: string): object {
  const spec = { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}
