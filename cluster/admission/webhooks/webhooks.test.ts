import { once } from "node:events";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { generate } from "selfsigned";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../../api/object.js";
import type { TestApi } from "../api-for-tests.js";
import { namespace, startTestApi } from "../api-for-tests.js";

interface Review {
  request: { uid: string; operation: string; object: ApiObject; userInfo: { username: string } };
}

type Answer = (request: Review["request"]) => object;

let server: Server;
let caBundle: string;
let answer: Answer;
const asked: Review["request"][] = [];
let test: TestApi;

beforeAll(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  caBundle = Buffer.from(pems.cert).toString("base64");
  server = createServer({ key: pems.private, cert: pems.cert }, async (request, response) => {
    const review = JSON.parse(await text(request)) as Review;
    asked.push(review.request);
    const verdict = { uid: review.request.uid, ...answer(review.request) };
    response.end(
      JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: verdict }),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  asked.length = 0;
  test = await startTestApi();
  await test.apply(namespace("lab"));
});
afterEach(() => test.close());

describe("a webhook with a url", () => {
  it("is asked about what its rules match, and its refusal is the client's", async () => {
    answer = () => ({ allowed: false, status: { message: "no maps here" } });
    await configure("Validating", { url: url(), caBundle });
    await expect(createMap()).rejects.toMatchObject({
      code: 403,
      message: 'admission webhook "w.example.com" denied the request: no maps here',
    });
    expect(asked).toMatchObject([
      { operation: "CREATE", object: { data: { a: "b" } }, userInfo: { username: "kubernetes-admin" } },
    ]);
    await test.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "x", namespace: "lab" } });
    expect(asked).toHaveLength(1);
  });

  it("may change the object, and warn", async () => {
    const patch = Buffer.from(JSON.stringify([{ op: "add", path: "/data/c", value: "d" }])).toString(
      "base64",
    );
    answer = () => ({ allowed: true, patchType: "JSONPatch", patch, warnings: ["changed"] });
    await configure("Mutating", { url: url(), caBundle });
    const warnings: string[] = [];
    const created = await createMap({ warn: (warning) => warnings.push(warning) });
    expect(created["data"]).toEqual({ a: "b", c: "d" });
    expect(warnings).toEqual(["changed"]);
  });

  it("whose certificate nobody vouches for refuses everything, or nothing by its failurePolicy", async () => {
    answer = () => ({ allowed: true });
    await configure("Validating", { url: url() });
    await expect(createMap()).rejects.toMatchObject({
      code: 500,
      message: expect.stringMatching(
        /^Internal error occurred: failed calling webhook "w\.example\.com": failed to call webhook: Post "https:\/\/localhost:\d+\/\?timeout=10s": /,
      ) as string,
    });
    expect(asked).toEqual([]);
  });
});

describe("a webhook behind a service", () => {
  const service = { namespace: "lab", name: "guard", path: "/check" };

  it("refuses, since nothing answers", async () => {
    await configure("Validating", { service });
    await expect(createMap()).rejects.toThrow(
      'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://guard.lab.svc:443/check?timeout=10s": service "guard" not found',
    );
  });

  it("is passed over with a warning each time, where its failurePolicy is Ignore", async () => {
    await configure("Validating", { service }, { failurePolicy: "Ignore" });
    const warnings: string[] = [];
    await createMap({ warn: (warning) => warnings.push(warning) });
    expect(warnings).toEqual([
      'failed calling webhook "w.example.com", failing open: failed to call webhook: Post "https://guard.lab.svc:443/check?timeout=10s": service "guard" not found',
    ]);
  });

  it("keeps nobody from removing it", async () => {
    const rules = [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], operations: ["*"] }];
    await configure("Validating", { service }, { rules });
    const ref = {
      group: "admissionregistration.k8s.io",
      version: "v1",
      resource: "validatingwebhookconfigurations",
    };
    await test.api.delete(ref, { name: "w" }, { user: test.admin });
    await createMap();
  });
});

it("a webhook without a place to call is refused", async () => {
  await expect(configure("Validating", {})).rejects.toThrow(
    "webhooks[0].clientConfig: Required value: exactly one of url or service is required",
  );
});

function url(): string {
  return `https://localhost:${(server.address() as AddressInfo).port}/`;
}

async function configure(kind: string, clientConfig: object, rest: object = {}): Promise<void> {
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] }];
  const webhook = {
    name: "w.example.com",
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    clientConfig,
    rules,
    ...rest,
  };
  await test.apply({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: "w" },
    webhooks: [webhook],
  });
}

function createMap(options: { warn?: (text: string) => void } = {}): Promise<ApiObject> {
  const metadata = { name: "x", namespace: "lab" };
  return test.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "b" } }, options);
}
