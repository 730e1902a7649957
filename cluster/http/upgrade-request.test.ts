import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import { send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";

const NAMESPACE = "/api/v1/namespaces/default";
/** More than a connection takes at once. */
const LARGE = "x".repeat(900_000);
const UPGRADE = { connection: "upgrade", upgrade: "websocket" };
const EXEC = "exec?command=true&stdout=true";

describe("a request to go on with another protocol", () => {
  const runtime = new ProcessRuntime();
  let dataDir: string;
  let cluster: Cluster;

  const create = (path: string, object: object) =>
    send(cluster, { method: "POST", path: `${NAMESPACE}/${path}`, body: JSON.stringify(object) });
  const tokenOf = (whose: string): string | undefined =>
    whose === "no token" ? undefined : whose === "another token" ? "another" : adminToken();
  const adminToken = (): string =>
    (parse(readFileSync(cluster.kubeconfigPath, "utf8")) as { users: [{ user: { token: string } }] }).users[0]
      .user.token;
  /** A client that keeps its own side open, whatever the server does. */
  const ask = async (path: string, token?: string): Promise<TLSSocket> => {
    const { port } = new URL(cluster.url);
    const options = { allowHalfOpen: true, rejectUnauthorized: false };
    const socket = connect({ host: "127.0.0.1", port: Number(port), ...options });
    socket.on("error", () => socket.destroy());
    await once(socket, "secureConnect");
    const headers = { ...UPGRADE, host: "127.0.0.1", ...(token && { authorization: `Bearer ${token}` }) };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    return socket;
  };

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "lectern-cluster-"));
    cluster = await startCluster({ dataDir, containerRuntime: runtime });
    const spec = { containers: [{ name: "web", image: "registry.example/unknown:1" }] };
    await create("pods", { metadata: { name: "drawn" }, spec });
    await create("configmaps", { metadata: { name: "large" }, data: { text: LARGE } });
  });
  afterAll(async () => {
    await cluster.close();
    runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each([
    [401, `pods/drawn/${EXEC}`, "another token"],
    [403, `pods/drawn/${EXEC}`, "no token"],
    [404, `pods/none/${EXEC}`, "the administrator's token"],
    [501, `pods/drawn/${EXEC}`, "the administrator's token"],
  ])(
    "that is refused with %i leaves no connection behind, for %s with %s, though its client closes none",
    async (code, path, token) => {
      const socket = await ask(`${NAMESPACE}/${path}`, tokenOf(token));
      let answer = "";
      socket.on("data", (bytes: Buffer) => (answer += bytes.toString()));
      await once(socket, "end");
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${code} [^]*"kind":"Status"`));
      // Whoever writes to a connection that is no more is told; one that is half open takes it.
      const isGone = (): boolean => {
        if (!socket.destroyed) socket.write("more");
        return socket.destroyed;
      };
      await expect.poll(isGone).toBe(true);
    },
  );

  it("is answered to the end where the answer is large and none of another protocol", async () => {
    const path = `${NAMESPACE}/configmaps`;
    const sent = send(cluster, { path, headers: UPGRADE });
    const answer = await Promise.race([sent, once(AbortSignal.timeout(30_000), "abort")]);
    expect(answer).toMatchObject({ code: 200 });
    expect(JSON.stringify(answer)).toContain(LARGE);
  });
});
