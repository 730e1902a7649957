import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, it } from "vitest";

import { policyManifest } from "../../../policy/common/manifest.js";
import { connect } from "./api-client.js";
import { runTmc } from "./program.js";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function tmc(environment: Record<string, string>, ...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runTmc(argv, {
    connect: () => connect(environment),
    version: "1.2.3",
    print: (text) => out.push(text),
    printError: (text) => err.push(text),
  });
  return { status, out: out.join("\n"), err: err.join("\n") };
}

async function serverAnswering(status: number, body: string): Promise<Record<string, string>> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { LECTERN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, LECTERN_TOKEN: "t" };
}

/** A server that answers each call with what `answer` makes of its body and path. */
async function serverThat(answer: (body: string, path: string) => unknown): Promise<Record<string, string>> {
  const answering = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => response.end(JSON.stringify(answer(body, request.url ?? ""))));
  });
  servers.push(answering);
  await new Promise<void>((resolve) => answering.listen(0, "127.0.0.1", resolve));
  const { port } = answering.address() as AddressInfo;
  return { LECTERN_URL: `http://127.0.0.1:${port}`, LECTERN_TOKEN: "t" };
}

describe("tmc", () => {
  it("explains itself without a server, examples included", async () => {
    const help = await tmc({}, "cluster", "namespace", "attach", "--help");
    expect([help.status, help.err]).toEqual([0, ""]);
    expect(help.out).toContain("tmc cluster namespace attach -n my-namespace -k my-workspace -c my-cluster");
  });

  it("says which variable is missing", async () => {
    expect(await tmc({}, "cluster", "list")).toMatchObject({
      status: 1,
      err: expect.stringContaining("LECTERN_URL is not set") as string,
    });
    const half = await tmc({ LECTERN_URL: "http://127.0.0.1:1" }, "cluster", "list");
    expect(half.err).toContain("LECTERN_TOKEN is not set");
  });

  it("says where it looked when nothing answers there", async () => {
    const environment = await serverAnswering(200, "{}");
    const { LECTERN_URL: url = "" } = environment;
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const { status, err } = await tmc(environment, "cluster", "list");
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(`^Error: Unavailable: ${url} cannot be reached`),
    ]);
  });

  it("passes on what the server refuses, in either of its shapes", async () => {
    const ours = await serverAnswering(409, JSON.stringify({ message: "AlreadyExists: x", code: 6 }));
    expect((await tmc(ours, "workspace", "create", "-n", "x")).err).toBe("Error: AlreadyExists: x");
    const other = await serverAnswering(
      429,
      JSON.stringify({ error: { code: "SERVER_BUSY", message: "wait a minute" } }),
    );
    expect((await tmc(other, "workspace", "list")).err).toBe("Error: Unavailable: wait a minute");
    const page = await serverAnswering(502, "<html>");
    expect((await tmc(page, "workspace", "list")).err).toContain("answered 502 without a reason");
    const expired = await serverAnswering(401, "{}");
    expect((await tmc(expired, "workspace", "list")).err).toContain("Open a new terminal");
  });

  it.each([
    ["block", "Images are refused when they are named busybox (in any repository). All others may run."],
    ["allow", "Images may run only when they are named busybox. All others are refused."],
  ])("says in words that a custom policy is to %s", async (effect, words) => {
    let sent: { policy: { spec: { input: { effect: string } } } } | undefined;
    const echo = await serverThat((body) => {
      sent = JSON.parse(body) as typeof sent;
      return { policy: policyManifest.parse(sent?.policy) };
    });
    const custom = ["workspace", "image-policy", "create", "-r", "custom", "-w", "w", "-n", "p"];
    const { status, out } = await tmc(echo, ...custom, "--image-name", "busybox", "--effect", effect);
    expect([status, sent?.policy.spec.input.effect]).toEqual([0, effect]);
    expect(out).toBe(`✔ image policy "p" created successfully\n  ${words}`);
  });

  it("makes no custom policy of which nobody said whether it blocks or allows", async () => {
    let calls = 0;
    const echo = await serverThat(() => (calls += 1));
    const custom = ["workspace", "image-policy", "create", "-r", "custom", "-w", "w", "-n", "p"];
    const { status, err } = await tmc(echo, ...custom, "--image-name", "busybox");
    expect([status, calls]).toEqual([1, 0]);
    expect(err).toMatch(/--effect (?:allow|block)/);
  });

  it.each([
    ["organization", "image-policy", "recipes"],
    ["workspace", "image-policy", "templates"],
    ["policy", "template", "-o", "wide"],
  ])("lists the recipes where the one verb is left away: tmc %s %s %s", async (...words) => {
    const { status, out, err } = await tmc({}, ...words);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/^NAME +TITLE[^]*\nrequire-signature /);
  });

  it("says of a verb that the recipes have not that it is none", async () => {
    const { status, out, err } = await tmc({}, "policy", "templates", "get", "custom");
    expect([status, out]).toEqual([1, ""]);
    expect(err).toMatch(/^Error: /);
  });

  it("leaves no flag unread that a manifest stands beside", async () => {
    const create = ["organization", "image-policy", "create", "-f", "policy.yaml"];
    for (const flags of [["--audit"], ["-r", "custom"], ["--key", "cosign.pub"], ["-t", "v1"]]) {
      const { status, err } = await tmc({}, ...create, ...flags);
      const flag = { "-r": "--recipe", "-t": "--tag" }[flags[0] ?? ""] ?? flags[0];
      expect([status, err]).toEqual([
        1,
        `Error: InvalidArgument: expected the policy in the manifest policy.yaml alone, and ${flag ?? ""} came with it; say that in the manifest, or leave -f away`,
      ]);
    }
  });

  it("takes the namespace of a detach as attach does, and by its place", async () => {
    const asked: string[] = [];
    const echo = await serverThat((_body, path) => asked.push(path) && {});
    const detach = ["cluster", "namespace", "detach", "-c", "c"];
    for (const name of [["-n", "web"], ["--name", "web"], ["web"], ["web", "-n", "web"]])
      expect((await tmc(echo, ...detach, ...name)).status).toBe(0);
    expect(new Set(asked)).toEqual(new Set(["/v1alpha1/clusters/c/namespaces/web"]));
    expect((await tmc(echo, ...detach)).err).toContain("expected one namespace, and none was given");
    expect((await tmc(echo, ...detach, "web", "-n", "other")).err).toContain('"web" and "other" were');
  });

  it("says its version, without a server", async () => {
    for (const flag of ["--version", "-v"])
      expect(await tmc({}, flag)).toEqual({ status: 0, out: "1.2.3", err: "" });
  });

  it("says where it is logged in, in whichever words it is asked", async () => {
    const organization = {
      fullName: { name: "lab-1", orgId: "lab-1" },
      workspaces: 1,
      policies: 0,
      namespaces: 1,
    };
    const permissions = { organization: "admin", workspaces: "admin", workspace: {} };
    const environment = await serverAnswering(
      200,
      JSON.stringify({ organization, user: "lab-1", permissions }),
    );
    const endpoint = `${environment["LECTERN_URL"]}/`;
    expect((await tmc(environment, "login", "--no-configure", "-n", "any")).out).toBe(
      `✔ logged in to organization "lab-1" at ${endpoint}`,
    );
    expect((await tmc(environment, "system", "context", "list")).out).toMatch(
      /^CURRENT +NAME.*\n\* +lab-1 +http/,
    );
    const current = await tmc(environment, "system", "context", "current", "-o", "json");
    expect(JSON.parse(current.out)).toMatchObject({
      status: { userName: "lab-1", permissions: ["organization.admin", "workspace.admin"] },
      full_name: { name: "lab-1" },
      spec: { orgId: "lab-1", endpoint, env: { PROVISIONER_NAME: "attached" } },
    });
    expect((await tmc(environment, "system", "context", "use", "lab-1")).status).toBe(0);
    expect((await tmc(environment, "system", "context", "use", "other")).err).toContain(
      'NotFound: context "other"',
    );
  });

  it("does not claim to be logged in where the token is missing or no longer good", async () => {
    expect((await tmc({}, "login")).err).toContain("Unauthenticated: LECTERN_URL is not set");
    const expired = await serverAnswering(401, "{}");
    expect((await tmc(expired, "system", "context", "list")).err).toContain("Open a new terminal");
  });

  it("exits with 1 on a command it does not know, and suggests one", async () => {
    const { status, err } = await tmc({}, "clutser");
    expect([status, err]).toEqual([1, expect.stringContaining("Did you mean cluster?")]);
  });

  it("needs a name, a workspace and a cluster to attach", async () => {
    const { status, err } = await tmc({}, "cluster", "namespace", "attach", "-n", "x", "-k", "w");
    expect([status, err]).toEqual([1, expect.stringContaining("InvalidArgument: -c is missing")]);
  });

  it("refuses clusters of other places", async () => {
    const { status, err } = await tmc({}, "cluster", "get", "c", "-m", "aws-hosted");
    expect([status, err]).toEqual([1, expect.stringContaining('NotFound: "aws-hosted" not found')]);
  });
});
