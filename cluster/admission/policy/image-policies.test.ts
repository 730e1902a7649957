import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

import type { UserInfo } from "../../api/service.js";
import type { TestApi } from "../api-for-tests.js";
import { namespace, pod, serviceAccount, startTestApi } from "../api-for-tests.js";

/** The policies Lectern's image-policy controller writes, as it writes them. */
const manifests = parseAllDocuments(
  readFileSync(new URL("./testdata/image-policies.yaml", import.meta.url), "utf8"),
).map((document) => document.toJSON() as object);

const controller: UserInfo = {
  name: "system:serviceaccount:lectern:policy-controller",
  groups: ["system:serviceaccounts", "system:authenticated"],
};
const learner: UserInfo = { name: "ada", groups: ["system:authenticated"] };
const DIGEST = `sha256:${"a".repeat(64)}`;
const DENIED =
  "ValidatingAdmissionPolicy 'image-policies.policy.lectern.dev' with binding 'image-policies.policy.lectern.dev' denied request: ";

let cluster: TestApi;

beforeAll(async () => {
  cluster = await startTestApi();
  for (const manifest of manifests) await cluster.apply(manifest);
  for (const name of ["managed", "bare"]) {
    await cluster.apply(namespace(name, { "tmc.cloud.vmware.com/managed": "true" }), { user: controller });
    await cluster.apply(serviceAccount(name));
  }
  await cluster.apply(namespace("free"));
  await cluster.apply(serviceAccount("free"));
  await cluster.apply(parameters(), { user: controller });
});

afterAll(() => cluster.close());

function parameters(): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "managed", name: "lectern-image-policies" },
    data: {
      "a.no-busybox": "!|block|no-busybox|busybox is blocked\n*|*|=busybox|*||\n*|*|$/busybox|*||",
      "b.digests": "!|allow|digests|a digest is missing\n*|*|*|*||digest",
    },
  };
}

describe("pods of a managed namespace", () => {
  test("are refused with 403 and one message that names every violated policy", async () => {
    const refusal = cluster.apply(pod("managed", "b", { image: "quay.io/x/busybox:1.36" }), {
      user: learner,
    });
    const why =
      "[no-busybox] container <main> image <quay.io/x/busybox:1.36>: busybox is blocked; " +
      "[digests] container <main> image <quay.io/x/busybox:1.36>: a digest is missing";
    await expect(refusal).rejects.toMatchObject({
      message: `pods "b" is forbidden: ${DENIED}${why}`,
      status: {
        code: 403,
        reason: "Forbidden",
        details: { name: "b", kind: "pods", causes: [{ message: `${DENIED}${why}` }] },
      },
    });
  });

  test("are admitted when no policy is violated, and may change in other ways later", async () => {
    const created = await cluster.apply(pod("managed", "ok", { image: `nginx@${DIGEST}` }), {
      user: learner,
    });
    const labelled = structuredClone(created);
    labelled.metadata.labels = { seen: "yes" };
    const ref = { group: "", version: "v1", resource: "pods" };
    expect((await cluster.api.update(ref, labelled, { user: learner })).metadata.labels).toEqual({
      seen: "yes",
    });
    const changed = structuredClone(cluster.api.get(ref, { namespace: "managed", name: "ok" }));
    (changed["spec"] as { containers: { image: string }[] }).containers[0]!.image = "busybox";
    await expect(cluster.api.update(ref, changed, { user: learner })).rejects.toThrow(
      "[no-busybox] container <main>",
    );
  });

  test("are refused when init containers or image volumes name a refused image", async () => {
    const clean = { image: `nginx@${DIGEST}` };
    const init = { initContainers: [{ name: "setup", image: "busybox" }] };
    await expect(cluster.apply(pod("managed", "i", clean, init))).rejects.toThrow(
      "init container <setup> image <busybox>",
    );
    const volume = { volumes: [{ name: "v", image: { reference: "busybox" } }] };
    await expect(cluster.apply(pod("managed", "v", clean, volume))).rejects.toThrow(
      "volume <v> image <busybox>",
    );
  });
});

test("a managed namespace without parameters refuses every pod with 422", async () => {
  await expect(cluster.apply(pod("bare", "p"))).rejects.toMatchObject({
    message: `pods "p" is forbidden: ${DENIED}failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    status: { code: 422, reason: "Invalid" },
  });
});

test("namespaces that are not managed are free", async () => {
  expect((await cluster.apply(pod("free", "p", { image: "busybox" }))).metadata.name).toBe("p");
});

test("an edit of the parameters holds from the next request on", async () => {
  const ref = { group: "", version: "v1", resource: "configmaps" };
  const at = { namespace: "managed", name: "lectern-image-policies" };
  const edited = structuredClone(cluster.api.get(ref, at));
  edited["data"] = {};
  await cluster.api.update(ref, edited, { user: controller });
  expect((await cluster.apply(pod("managed", "edited", { image: "busybox" }))).metadata.name).toBe("edited");
  const restored = {
    ...structuredClone(cluster.api.get(ref, at)),
    data: (parameters() as { data: object }).data,
  };
  await cluster.api.update(ref, restored, { user: controller });
  await expect(cluster.apply(pod("managed", "again", { image: "busybox" }))).rejects.toThrow("[no-busybox]");
});

test("a workload is created with a warning for every kind of template", async () => {
  const template = {
    metadata: { labels: { a: "b" } },
    spec: { containers: [{ name: "main", image: "busybox" }] },
  };
  const workloads = [
    { apiVersion: "apps/v1", kind: "Deployment", spec: { selector: { matchLabels: { a: "b" } }, template } },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      spec: {
        schedule: "* * * * *",
        jobTemplate: {
          spec: { template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } } },
        },
      },
    },
  ];
  for (const workload of workloads) {
    const warnings: string[] = [];
    const manifest = { ...workload, metadata: { namespace: "managed", name: "w" } };
    await cluster.apply(manifest, { user: learner, warn: (text) => warnings.push(text) });
    expect(warnings).toEqual([
      "Validation failed for ValidatingAdmissionPolicy 'image-policies-workloads.policy.lectern.dev' with binding 'image-policies-workloads.policy.lectern.dev': [no-busybox] container <main> image <busybox>: busybox is blocked; [digests] container <main> image <busybox>: a digest is missing",
    ]);
  }
});

describe("the guards", () => {
  const ref = { group: "", version: "v1", resource: "configmaps" };
  const at = { namespace: "managed", name: "lectern-image-policies" };

  test("keep a namespace's administrator from deleting the parameters", async () => {
    await expect(cluster.api.delete(ref, at, { user: cluster.admin })).rejects.toThrow(
      "this ConfigMap holds the image policies of the namespace",
    );
  });

  test("let the namespace controller clear a namespace", async () => {
    const cleaner = { name: "system:serviceaccount:kube-system:namespace-controller", groups: [] };
    expect((await cluster.api.delete(ref, at, { user: cleaner, dryRun: true })).metadata.name).toBe(at.name);
  });

  test("keep the labels of membership as they are", async () => {
    const namespaces = { group: "", version: "v1", resource: "namespaces" };
    const changed = structuredClone(cluster.api.get(namespaces, { name: "managed" }));
    changed.metadata.labels = {};
    await expect(cluster.api.update(namespaces, changed, { user: cluster.admin })).rejects.toMatchObject({
      code: 403,
    });
  });
});

test("policies report that every expression compiled", async () => {
  const ref = {
    group: "admissionregistration.k8s.io",
    version: "v1",
    resource: "validatingadmissionpolicies",
  };
  await expect
    .poll(() => cluster.api.list(ref).map((policy) => policy["status"]))
    .toEqual(Array.from({ length: 5 }, () => ({ observedGeneration: 1, typeChecking: {} })));
});
