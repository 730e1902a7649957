import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { processesOf, runCli, temporaryFolder, writeLab } from "./lectern-process.js";

const folder = temporaryFolder();
const lab = writeLab(folder.path);
afterAll(() => folder.remove());

describe("lectern serve refuses, says why, and leaves nothing running:", () => {
  it("a cluster that does not answer", async () => {
    const { status, output } = await serve(["--kubeconfig", kubeconfig("http://127.0.0.1:9")]);
    expect([status, output]).toEqual([
      3,
      expect.stringContaining("The cluster at http://127.0.0.1:9 does not answer"),
    ]);
    expect(output).toContain("SERVER_CLUSTER_UNREACHABLE");
  });

  it("a cluster older than 1.30", async () => {
    const { status, output } = await withCluster({ minor: "29+", allowed: true });
    expect([status, output]).toEqual([
      3,
      expect.stringContaining("runs Kubernetes v1.29+; Lectern needs 1.30 or newer"),
    ]);
  });

  it("a kubeconfig without rights, naming the first that is missing", async () => {
    const { status, output } = await withCluster({ minor: "31", allowed: false });
    expect([status, output]).toEqual([
      3,
      expect.stringContaining("somebody may not create customresourcedefinitions.apiextensions.k8s.io"),
    ]);
    expect(output).toContain("kubectl auth can-i");
  });

  it("a kubeconfig that is none", async () => {
    const file = join(folder.path, "broken.yaml");
    writeFileSync(file, "a: [");
    const { status, output } = await serve(["--kubeconfig", file]);
    expect([status, output]).toEqual([3, expect.stringContaining("SERVER_KUBECONFIG_INVALID")]);
  });

  it("a machine without kubectl", async () => {
    const { status, output } = await serve([], { PATH: folder.path });
    expect([status, output]).toEqual([3, expect.stringContaining("There is no kubectl on PATH")]);
  });

  it("a lab that cannot be read", async () => {
    const broken = join(folder.path, "broken-lab");
    mkdirSync(join(broken, "pages"), { recursive: true });
    writeFileSync(join(broken, "workshop.yaml"), "title: [");
    const { status, output } = await runCli([
      "serve",
      "--port",
      "0",
      "--data",
      join(folder.path, "data"),
      "--lab",
      broken,
    ]);
    expect([status, output]).toEqual([2, expect.stringContaining("SERVER_USAGE")]);
    expect(output).toContain(join(broken, "workshop.yaml"));
  });

  it("a flag it does not know, with the one that was meant", async () => {
    const { status, output } = await serve(["--prot", "1"]);
    expect([status, output]).toEqual([2, expect.stringContaining("Did you mean --port?")]);
  });

  it("a data directory that learners' accounts cannot reach", async (context) => {
    if (process.getuid?.() !== 0) context.skip("only root gives learners accounts of their own");
    const closed = join(folder.path, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const { status, output } = await runCli([
      "serve",
      "--port",
      "0",
      "--data",
      join(closed, "data"),
      "--lab",
      lab,
    ]);
    expect([status, output]).toEqual([3, expect.stringContaining(`chmod o+x ${closed}`)]);
  });

  it("and nothing of all these is still running", () => {
    expect(processesOf(folder.path)).toEqual([]);
  });
});

function serve(args: readonly string[], env: Record<string, string> = {}) {
  return runCli(["serve", "--port", "0", "--data", join(folder.path, "data"), "--lab", lab, ...args], env);
}

/** Runs against a server that answers what a cluster is first asked: its version, and what the user may do. */
async function withCluster({ minor, allowed }: { minor: string; allowed: boolean }) {
  const server = createServer((request, response) => {
    const version = { major: "1", minor, gitVersion: `v1.${minor}` };
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {},
      status: { allowed },
    };
    response.setHeader("content-type", "application/json");
    response.statusCode = request.method === "POST" ? 201 : 200;
    response.end(JSON.stringify(request.url?.startsWith("/version") ? version : review));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await serve(["--kubeconfig", kubeconfig(`http://127.0.0.1:${String(port)}`)]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function kubeconfig(server: string): string {
  const file = join(folder.path, "kubeconfig.yaml");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "it",
    clusters: [{ name: "it", cluster: { server, "insecure-skip-tls-verify": true } }],
    contexts: [{ name: "it", context: { cluster: "it", user: "somebody" } }],
    users: [{ name: "somebody", user: { token: "x" } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
