import { afterEach, beforeEach, expect, it } from "vitest";
import type { TestApi } from "../admission/api-for-tests.js";
import { namespace, serviceAccount, startTestApi } from "../admission/api-for-tests.js";
import { textAt } from "../api/field-access.js";

let cluster: TestApi;
beforeEach(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x"));
  await cluster.apply(serviceAccount("x"));
});
afterEach(() => cluster.close());

const containers = [{ name: "main", image: "nginx:1" }];

/** A real API server names an object between the admission that changes and the one that validates. */
it("an object that is to be named is refused by what it will begin with, as long as it may be changed", async () => {
  const [first, second] = [
    await refused({ serviceAccountName: "none" }),
    await refused({ serviceAccountName: "none" }),
  ];
  expect(first).toContain(
    'pods "web-" is forbidden: error looking up service account x/none: serviceaccount "none" not found',
  );
  expect(second).toBe(first);
  expect(await refused({ priorityClassName: "none" })).toContain(
    'pods "web-" is forbidden: no PriorityClass',
  );
});

it("it is validated by its name", async () => {
  await cluster.apply({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "none", namespace: "x" },
    spec: { hard: { pods: "0" } },
    status: { hard: { pods: "0" }, used: { pods: "0" } },
  });
  await expect(cluster.apply(pod({ containers }))).rejects.toThrow(
    /pods "web-[a-z0-9]{5}" is forbidden: exceeded quota/,
  );
});

it("a Job that is named so labels its pods by the name it has in the end", async () => {
  const template = { spec: { containers, restartPolicy: "Never" } };
  const metadata = { generateName: "job-", namespace: "x" };
  const job = await cluster.apply({ apiVersion: "batch/v1", kind: "Job", metadata, spec: { template } });
  expect(job.metadata.name).toMatch(/^job-[a-z0-9]{5}$/);
  const labels = (job["spec"] as { template: { metadata: { labels: Record<string, string> } } }).template
    .metadata.labels;
  expect(labels["job-name"]).toBe(job.metadata.name);
  expect(textAt(job, "metadata.generateName")).toBe("job-");
});

function pod(spec: object) {
  return { apiVersion: "v1", kind: "Pod", metadata: { generateName: "web-", namespace: "x" }, spec };
}

async function refused(spec: object): Promise<string> {
  return String(await cluster.apply(pod({ containers, ...spec })).catch((error: unknown) => error));
}
