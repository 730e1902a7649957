import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { ask, cookieOf } from "../server/application-client.js";
import { BrowserSession } from "../server/browser-session.js";
import { type LecternProcess, startLectern, temporaryFolder, until } from "../server/lectern-process.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";

/** Says which pod it is, and what it was asked for. */
const SERVER =
  "while true; do nc -l -p 8080 -e sh -c 'read request; printf \"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello\"'; done";

describe.skipIf(!hasRealCluster())("an ingress to a Service, on a cluster that runs containers", () => {
  const folder = temporaryFolder();
  let lectern: LecternProcess;
  let browser: BrowserSession;
  let session: SessionView;

  beforeAll(async () => {
    const { kubeconfig, images } = realCluster();
    const lab = writeLab(join(folder.path, "service-lab"), images.busybox);
    const flags = ["--lab", lab, "--kubeconfig", kubeconfig, "--ingress-domain", "localhost"];
    lectern = await startLectern(join(folder.path, "data"), flags);
    browser = new BrowserSession(lectern.url);
    session = await browser.startLab("service-lab");
  });
  afterAll(async () => {
    if (session) await browser.call("DELETE", `api/sessions/${session.id}`);
    await lectern?.stop();
    folder.remove();
  });

  it("shows what its pods answer, as soon as one is ready", async () => {
    const answer = await until("a pod of the Service answers", 120_000, async () => {
      const found = await show("web");
      return found.status === 200 ? found : undefined;
    });
    expect(answer.text).toBe("hello");
  });

  it("says what is wrong with a Service that nothing answers for, and follows none out of the cluster", async () => {
    expect((await show("missing")).text).toContain("There is no Service missing in the namespace");
    expect((await show("ports")).text).toContain("has no TCP port 81; its ports are 80");
    expect((await show("outside")).text).toContain("leads out of the cluster");
    expect((await show("empty")).text).toContain("No pod of the Service empty is ready");
  });

  async function show(name: string) {
    const asked = `api/sessions/${session.id}/ingresses/${name}/address`;
    const { url } = await browser.json<{ url: string }>("POST", asked, { path: "/" });
    const entry = new URL(url);
    return ask(entry, { path: "/", cookie: cookieOf(await ask(entry)), headers: { accept: "text/html" } });
  }
});

function writeLab(folder: string, image: string): string {
  const labels = { app: "web" };
  const pod = { containers: [{ name: "web", image, command: ["sh", "-c", SERVER] }] };
  const ports = [{ name: "http", port: 80, targetPort: 8080 }];
  const workshop = {
    title: "A Service",
    layout: "default",
    ingresses: [
      { name: "web", port: 80, host: "web" },
      { name: "ports", port: 81, host: "web" },
      { name: "missing", port: 80, host: "missing" },
      { name: "outside", port: 80, host: "outside" },
      { name: "empty", port: 80, host: "empty" },
    ],
    objects: [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
      },
      service("web", { selector: labels, ports }),
      service("empty", { selector: { app: "nobody" }, ports }),
      service("outside", { type: "ExternalName", externalName: "example.org", ports: [{ port: 80 }] }),
    ],
  };
  mkdirSync(join(folder, "pages"), { recursive: true });
  writeFileSync(join(folder, "workshop.yaml"), stringify(workshop, { aliasDuplicateObjects: false }));
  writeFileSync(join(folder, "pages", "a.md"), "# A Service\n");
  return folder;
}

function service(name: string, spec: object): object {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}
