import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { IssuedToken } from "../../workshop/common/account-api.js";
import type { KubernetesViewEvent, LogEvent, ObjectRow } from "../../workshop/common/kubernetes-view.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { startLectern, temporaryFolder } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let ada: BrowserSession;
let shared: SessionView;
let plain: SessionView;
let own: SessionView;

beforeAll(async () => {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "login" },
    stringData: { password: "open-sesame" },
  };
  const shop = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "prices", namespace: "shop" } },
  ];
  const labs = [
    writeLab("shared", { kubernetes: true, objects: [secret] }),
    writeLab("plain", {}),
    writeEducates("elsewhere"),
    writeLab("own", { kubernetes: true, cluster: "own", objects: shop }),
  ];
  lectern = await startLectern(
    data,
    labs.flatMap((lab) => ["--lab", lab]),
  );
  ada = new BrowserSession(lectern.url);
  shared = await ada.startLab("shared");
  plain = await ada.startLab("plain");
  own = await ada.startLab("own");
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

function writeLab(name: string, definition: object): string {
  const path = join(folder.path, name);
  mkdirSync(join(path, "pages"), { recursive: true });
  writeFileSync(join(path, "workshop.yaml"), JSON.stringify({ title: name, minutes: 10, ...definition }));
  writeFileSync(join(path, "pages/one.md"), "# One\n");
  return path;
}

/** Its console is what it calls the same. */
function writeEducates(name: string): string {
  const path = join(folder.path, name);
  mkdirSync(join(path, "workshop/content"), { recursive: true });
  mkdirSync(join(path, "resources"), { recursive: true });
  writeFileSync(join(path, "workshop/content/one.md"), "# One\n");
  const session = {
    applications: { console: { enabled: true }, editor: { enabled: true } },
    dashboards: [{ name: "Web", url: "https://example.org/" }, { name: "Console" }],
  };
  const workshop = { kind: "Workshop", metadata: { name }, spec: { title: name, session } };
  writeFileSync(join(path, "resources/workshop.yaml"), JSON.stringify(workshop));
  return path;
}

async function signedIn(name: string, role: "helper" | "instructor"): Promise<BrowserSession> {
  const operator = new BrowserSession(lectern.url);
  await operator.json("POST", "api/instructor/login", { token: instructorToken(data) });
  const { token } = await operator.json<IssuedToken>("POST", "api/instructor/tokens", { name, role });
  const browser = new BrowserSession(lectern.url);
  await browser.json("POST", "api/instructor/login", { token });
  return browser;
}

/** The rows of the session once all that there is has been told, and those that are waited for are there. */
async function rowsOf(session: SessionView, isWanted: (rows: ObjectRow[]) => boolean): Promise<ObjectRow[]> {
  const rows = new Map<string, ObjectRow>();
  let isComplete = false;
  const leave = await ada.events(`api/sessions/${session.id}/kubernetes`, (event) => {
    const told = event as KubernetesViewEvent;
    if (told.type === "standing") ({ isComplete } = told);
    if (told.type === "objects") for (const row of told.rows) rows.set(row.uid, row);
  });
  await expect.poll(() => isComplete && isWanted([...rows.values()])).toBe(true);
  leave();
  return [...rows.values()];
}

const accountsOf = (all: ObjectRow[]) => all.filter(({ kind }) => kind === "ServiceAccount");

const object = (namespace: string, more = "") =>
  `kubernetes/object?api=/api/v1&plural=secrets&namespace=${namespace}&name=login${more}`;

describe("the objects of a session", () => {
  it("are for its learner and those who help, and the values of a Secret for its learner alone", async () => {
    const browsers = {
      nobody: new BrowserSession(lectern.url),
      helper: await signedIn("view-helper", "helper"),
      instructor: await signedIn("view-instructor", "instructor"),
      learner: ada,
    };
    const routes: Record<string, string> = {
      object: object(shared.namespace),
      values: object(shared.namespace, "&values=shown"),
    };
    const found: Record<string, Record<string, number>> = {};
    for (const [route, path] of Object.entries(routes))
      for (const [role, browser] of Object.entries(browsers)) {
        const { status } = await browser.call("GET", `api/sessions/${shared.id}/${path}`);
        found[route] = { ...found[route], [role]: status };
      }
    expect(found).toEqual({
      object: { nobody: 401, helper: 200, instructor: 200, learner: 200 },
      values: { nobody: 401, helper: 401, instructor: 401, learner: 200 },
    });
  });

  it("come as a stream to those alone who may see the session", async () => {
    const nobody = new BrowserSession(lectern.url);
    for (const path of ["kubernetes", `kubernetes/log?namespace=${shared.namespace}&pod=a&container=b`])
      expect((await nobody.call("GET", `api/sessions/${shared.id}/${path}`)).status).toBe(401);
    const rows = await rowsOf(
      shared,
      (all) => all.some(({ name }) => name === "login") && accountsOf(all).length > 1,
    );
    expect(rows.find(({ name }) => name === "login")).toMatchObject({
      section: "configuration",
      status: "password",
    });
    expect(accountsOf(rows).map(({ section }) => section)).toEqual(["session", "session"]);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from("open-sesame").toString("base64"));
  });

  it("are those of its own namespace, and of labs that show them", async () => {
    const ask = async (session: SessionView, path: string) => {
      const { status, text } = await ada.call("GET", `api/sessions/${session.id}/${path}`);
      return `${String(status)} ${text}`;
    };
    expect(await ask(shared, object("default"))).toMatch(/^404 .*has no namespace/);
    expect(await ask(shared, object("..%2F..%2Fnodes"))).toMatch(/^400 /);
    expect(await ask(plain, object(plain.namespace))).toMatch(/^404 .*kubernetes: true/);
    expect(await ask(plain, "kubernetes")).toMatch(/^404 /);
    expect(await ask(shared, object(shared.namespace).replace("login", "none"))).toMatch(/^404 .*not found/);
    expect(shared.dashboards).toContainEqual({ name: "Kubernetes", view: "kubernetes" });
    expect(plain.dashboards.map(({ name }) => name)).not.toContain("Kubernetes");
    const elsewhere = await ada.startLab("elsewhere");
    expect(elsewhere.dashboards).toEqual([
      { name: "Editor" },
      { name: "Web", url: "https://example.org/" },
      { name: "Console", view: "kubernetes" },
    ]);
    expect((await rowsOf(elsewhere, (rows) => rows.length > 0)).length).toBeGreaterThan(0);
  });

  it("are of all namespaces where the cluster is its own, but of the cluster's", async () => {
    const rows = await rowsOf(own, (all) => all.some(({ name }) => name === "prices"));
    expect(rows.find(({ name }) => name === "prices")?.namespace).toBe("shop");
    expect(rows.filter(({ namespace }) => namespace.startsWith("kube-"))).toEqual([]);
    const prices = "kubernetes/object?api=/api/v1&plural=configmaps&namespace=shop&name=prices";
    expect((await ada.call("GET", `api/sessions/${own.id}/${prices}`)).status).toBe(200);
  });

  it("have no log where there is no pod, and say so", async () => {
    const told: LogEvent[] = [];
    const path = `api/sessions/${shared.id}/kubernetes/log?namespace=${shared.namespace}&pod=none&container=app`;
    await ada.events(path, (event) => told.push(event as LogEvent));
    await expect
      .poll(() => told.find(({ type }) => type === "end"))
      .toEqual({ type: "end", problem: expect.stringContaining("not found") as unknown });
  });
});
