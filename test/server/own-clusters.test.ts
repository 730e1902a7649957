import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import { dialUnixSocket } from "../../terminal/node/dial-host.js";
import type { SessionView } from "../../workshop/common/api.js";
import { BrowserSession, serverPid } from "./browser-session.js";
import { processesOf, runCli, startLectern, temporaryFolder, until } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = writeOwnLab();
let lectern: LecternProcess;
let host: SessionHost;
let ada: SessionView;
let mallory: SessionView;
let browser: BrowserSession;

beforeAll(async () => {
  await start();
  browser = new BrowserSession(lectern.url);
  ada = await browser.startLab("own");
  mallory = await new BrowserSession(lectern.url).startLab("own");
});
afterAll(async () => {
  await host?.disconnect();
  await lectern?.stop();
  folder.remove();
});

async function start(): Promise<void> {
  lectern = await startLectern(data, ["--lab", lab, "--max-own-clusters", "2"]);
  host = await connectTerminalHost({ dial: dialUnixSocket(join(data, "terminal/run/host.sock")) });
}

function writeOwnLab(): string {
  const path = join(folder.path, "own");
  mkdirSync(join(path, "pages"), { recursive: true });
  const definition = {
    title: "Own",
    minutes: 10,
    cluster: "own",
    objects: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "prices", namespace: "shop" } },
    ],
  };
  writeFileSync(join(path, "workshop.yaml"), JSON.stringify(definition));
  const step =
    '```execute-1 until="configmap/made exists" until="configmap/made -n shop" until="namespace/shop" until="node ready"\nkubectl create configmap made; kubectl create configmap made -n shop\n```\n';
  writeFileSync(join(path, "pages/one.md"), `# One\n\n${step}`);
  return path;
}

/** Runs a line as a session's learner; its exit status and all it said. */
async function as(session: SessionView, line: string): Promise<{ status: number | null; said: string }> {
  const result = await host.exec(session.id, { argv: ["bash", "-c", line], timeoutMs: 60_000 });
  const said = [result.stdout, result.stderr].map((bytes) => Buffer.from(bytes).toString("utf8")).join("");
  return { status: result.exitStatus, said: said.trim() };
}

/** Of the process that is the session's cluster. */
function clusterPid({ id }: SessionView): number {
  const owner = readFileSync(join(data, "owners", `cluster-of-${id}.json`), "utf8");
  return (JSON.parse(owner) as { pid: number }).pid;
}

function portOf(kubeconfig: string): string {
  return /server: https:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "";
}

async function answersOf(session: SessionView): Promise<string> {
  return until("its cluster answers", 60_000, async () => {
    const { status, said } = await as(session, "kubectl get configmap made -o name");
    return status === 0 ? said : undefined;
  });
}

describe("a session with a cluster of its own", () => {
  it("has its learner administer it, with what the lab has there, and its steps looked at there", async () => {
    expect((await as(ada, "kubectl auth can-i '*' '*' -A")).said).toBe("yes");
    expect((await as(ada, "kubectl -n shop get configmap prices -o name")).said).toBe("configmap/prices");
    expect((await as(ada, "kubectl config view -o jsonpath={..namespace}")).said).toBe("default");
    await browser.run(ada, 0);
    const { state, checks } = await browser.outcome(ada, 0);
    expect([state, checks.map((check) => check.state)]).toEqual([
      "succeeded",
      ["passed", "passed", "before", "before"],
    ]);
    expect(ada.provisioning.map((step) => step.state)).toEqual(["done", "done", "done", "done"]);
    expect(ada.dashboards.map(({ name }) => name)).not.toContain("Console");
  });

  it("shares nothing of it with another session", async () => {
    expect(
      (
        await as(
          ada,
          "kubectl create namespace ada && kubectl create clusterrole ada --verb=get --resource=pods",
        )
      ).status,
    ).toBe(0);
    expect((await as(mallory, "kubectl get namespaces,clusterroles -o name")).said).not.toContain("ada");
  });

  it("reaches no other's cluster, nor Lectern's own, nor what any of them keeps", async () => {
    const ports = [ada, mallory].map(({ id }) => portOf(join(data, "clusters", id, "kubeconfig")));
    const platform = portOf(join(data, "cluster/kubeconfig"));
    const dial = (port = "") => as(mallory, `exec 3<>/dev/tcp/127.0.0.1/${port}`);
    expect((await dial(ports[1])).status).toBe(0);
    for (const port of [ports[0], platform]) expect((await dial(port)).said).toContain("refused");
    for (const path of ["clusters", "cluster", "owners"])
      expect((await as(mallory, `ls ${join(data, path)}`)).status).not.toBe(0);
  });

  it("asks no address for its learner", async () => {
    const webhook = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "outside" },
      webhooks: [
        {
          name: "outside.example.org",
          clientConfig: { url: `https://127.0.0.1:${portOf(join(data, "cluster/kubeconfig"))}/` },
          rules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
          ],
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    };
    await as(mallory, `kubectl create -f - <<'E'\n${JSON.stringify(webhook)}\nE`);
    const { said } = await as(mallory, "kubectl create configmap x");
    expect(said).toContain("this cluster calls no addresses");
  });

  it("is not made where there are as many as there may be, and says so", async () => {
    const third = new BrowserSession(lectern.url);
    const { id } = await third.json<SessionView>("POST", "api/sessions", { lab: "own" });
    const { reason } = await until("it has failed", 60_000, async () => {
      const view = await third.json<SessionView>("GET", `api/sessions/${id}`);
      return view.phase === "Failed" ? view : undefined;
    });
    expect(reason).toMatch(/All 2 clusters .* --max-own-clusters/);
    expect(existsSync(join(data, "clusters", id))).toBe(false);
  });
});

describe("what a cluster of its own outlives", () => {
  it("kill -9 of itself: it is back with its objects", async () => {
    const before = clusterPid(ada);
    process.kill(before, "SIGKILL");
    expect(await answersOf(ada)).toBe("configmap/made");
    expect(clusterPid(ada)).not.toBe(before);
  });

  it("kill -9 of the server, which takes it over", async () => {
    const before = clusterPid(ada);
    const server = serverPid(data);
    process.kill(server, "SIGKILL");
    await until("another server is ready", 60_000, async () =>
      serverPid(data) !== server &&
      (await browser.call("GET", "readyz").catch(() => undefined))?.status === 200
        ? true
        : undefined,
    );
    expect(await answersOf(ada)).toBe("configmap/made");
    expect(clusterPid(ada)).toBe(before);
  });

  it("a restart of Lectern, which ends and starts it again", async () => {
    const before = clusterPid(ada);
    await host.disconnect();
    await lectern.stop();
    expect(processesOf(join(data, "clusters"))).toEqual([]);
    await start();
    expect(await answersOf(ada)).toBe("configmap/made");
    expect(clusterPid(ada)).not.toBe(before);
  });

  it("the end of another session; that one's process and data are gone", async () => {
    const { id } = mallory;
    const pid = clusterPid(mallory);
    expect((await runCli(["session", "end", id, "--data", data])).status).toBe(0);
    await until("nothing of it is left", 60_000, () =>
      !existsSync(join(data, "clusters", id)) && !existsSync(`/proc/${String(pid)}`) ? true : undefined,
    );
    expect(await answersOf(ada)).toBe("configmap/made");
  });
});
