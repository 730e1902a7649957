import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { send } from "../https-for-tests.js";
import type { Answer } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";
import { loadClientAuthority } from "./client-authority.js";
import type { KeyAndRequest } from "./request-for-tests.js";
import { makeRequest } from "./request-for-tests.js";
import { readSigningRequest } from "./signing-request.js";

const REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const SIGNER = "kubernetes.io/kube-apiserver-client";
const DEADLINE_MS = 60_000;

let dataDir: string;
let cluster: Cluster;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-certificates-"));
  cluster = await startCluster({ dataDir });
});
afterAll(async () => {
  await cluster.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it("lets in who holds an approved certificate, by its common name and organizations, also after a restart", async () => {
  const jane = await makeRequest("CN=jane,O=dev,O=ops");
  await ask("jane", jane);
  await approve("jane");
  const certificate = { cert: await issued("jane"), key: jane.key };
  const who = { username: "jane", groups: ["dev", "ops", "system:authenticated"] };
  expect(await whoIs({ certificate })).toMatchObject({ code: 201, body: { status: { userInfo: who } } });
  // As with a real API server, a token beside it does not count.
  expect(await whoIs({ certificate, token: "wrong" })).toMatchObject({ body: { status: { userInfo: who } } });
  await cluster.close();
  cluster = await startCluster({ dataDir });
  expect(await whoIs({ certificate })).toMatchObject({ body: { status: { userInfo: who } } });
});

it("keeps out whoever shows a certificate of another authority, or one whose time is over", async () => {
  const guest = await makeRequest("CN=guest,O=system:masters");
  const request = await readSigningRequest(guest.request);
  const wish = { usages: ["client auth"], expirationSeconds: 600 };
  const signedIn = async (folder: string, now: Date) => ({
    cert: await loadClientAuthority(folder, () => now).sign(request, wish),
    key: guest.key,
  });
  const elsewhere = mkdtempSync(join(tmpdir(), "lectern-other-authority-"));
  const foreign = await signedIn(elsewhere, new Date());
  rmSync(elsewhere, { recursive: true });
  expect((await whoIs({ certificate: foreign })).code).toBe(401);
  const expired = await signedIn(join(dataDir), new Date(Date.now() - 3_600_000));
  expect((await whoIs({ certificate: expired })).code).toBe(401);
  const valid = await signedIn(join(dataDir), new Date());
  expect((await whoIs({ certificate: valid })).code).toBe(201);
});

it("signs no request that was not approved, and none whose signature is another's", async () => {
  const first = await makeRequest("CN=first");
  await ask("pending", first);
  await ask("approved", first);
  await approve("approved");
  await issued("approved");
  const { body } = await send(cluster, { path: `${REQUESTS}/pending` });
  expect(body).toMatchObject({ status: {} });
  const forged = Buffer.from(first.request, "base64").toString("latin1").split("\n");
  const line = forged[2] ?? "";
  forged[2] = `${line.startsWith("A") ? "B" : "A"}${line.slice(1)}`;
  const encoded = Buffer.from(forged.join("\n"), "latin1").toString("base64");
  const refused = await ask("forged", { ...first, request: encoded });
  expect(refused.code).toBe(422);
  const blanks = Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----${" ".repeat(500_000)}`).toString("base64");
  expect((await ask("blanks", { ...first, request: blanks })).code).toBe(422);
});

function whoIs(by: { certificate: { cert: string; key: string }; token?: string }): Promise<Answer> {
  return send(cluster, { method: "POST", path: REVIEWS, body: "{}", ...by });
}

function ask(name: string, { request }: KeyAndRequest): Promise<Answer> {
  const spec = { request, signerName: SIGNER, usages: ["client auth"] };
  const body = JSON.stringify({ metadata: { name }, spec });
  return send(cluster, { method: "POST", path: REQUESTS, body });
}

async function approve(name: string): Promise<void> {
  const conditions = [{ type: "Approved", status: "True", reason: "Test", message: "for the test" }];
  const { code } = await send(cluster, {
    method: "PATCH",
    path: `${REQUESTS}/${name}/approval`,
    type: "application/merge-patch+json",
    body: JSON.stringify({ status: { conditions } }),
  });
  expect(code).toBe(200);
}

/** PEM of the certificate, once it is there. */
async function issued(name: string): Promise<string> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await sleep(20)) {
    const { body } = await send(cluster, { path: `${REQUESTS}/${name}` });
    const { certificate } = (body as unknown as { status: { certificate?: string } }).status;
    if (certificate !== undefined) return Buffer.from(certificate, "base64").toString("utf8");
  }
  throw new Error(`the request ${name} got no certificate in ${DEADLINE_MS} ms`);
}
