import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { ask, cookieOf } from "../server/application-client.js";
import { BrowserSession } from "../server/browser-session.js";
import { type LecternProcess, startLectern, temporaryFolder, until } from "../server/lectern-process.js";
import { whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping Services of sessions: ${why}`);

const START_MS = 180_000;

describe.skipIf(why !== undefined)("a session whose pods really run", { timeout: START_MS }, () => {
  const folder = temporaryFolder();
  let lectern: LecternProcess;
  let browser: BrowserSession;
  let session: SessionView;

  beforeAll(async () => {
    const lab = writeLab(join(folder.path, "web-lab"));
    lectern = await startLectern(join(folder.path, "data"), ["--lab", lab, "--ingress-domain", "localhost"]);
    browser = new BrowserSession(lectern.url);
    session = await browser.startLab("web-lab");
  }, START_MS);
  afterAll(async () => {
    await lectern?.stop();
    folder.remove();
  });

  it("shows what the pods of its Services answer, and says what is wrong with the others", async () => {
    const answer = await until("a pod of the Service answers", 120_000, async () => {
      const found = await show("web");
      return found.status === 200 ? found : undefined;
    });
    expect(answer.text).toContain("Welcome to nginx!");
    expect((await show("empty")).text).toContain("No pod of the Service empty is ready");
    expect((await show("missing")).text).toContain("There is no Service missing in the namespace");
  });

  async function show(name: string) {
    const asked = `api/sessions/${session.id}/ingresses/${name}/address`;
    const { url } = await browser.json<{ url: string }>("POST", asked, { path: "/" });
    const entry = new URL(url);
    return ask(entry, { path: "/", cookie: cookieOf(await ask(entry)), headers: { accept: "text/html" } });
  }
});

function writeLab(folder: string): string {
  const labels = { app: "web" };
  const pod = { containers: [{ name: "web", image: "nginx:1.27" }] };
  const workshop = {
    title: "A Service",
    layout: "default",
    images: ["nginx:1.27"],
    ingresses: ["web", "empty", "missing"].map((name) => ({ name, port: 80, host: name })),
    objects: [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
      },
      service("web", labels),
      service("empty", { app: "nobody" }),
    ],
  };
  mkdirSync(join(folder, "pages"), { recursive: true });
  writeFileSync(join(folder, "workshop.yaml"), stringify(workshop, { aliasDuplicateObjects: false }));
  writeFileSync(join(folder, "pages", "a.md"), "# A Service\n");
  return folder;
}

function service(name: string, selector: object): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector, ports: [{ port: 80 }] },
  };
}
