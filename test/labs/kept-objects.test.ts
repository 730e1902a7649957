import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { KeptObjects } from "../../server/cli/kept-objects.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { namespaceObjects } from "../../workshop/node/namespace-objects.js";
import { learnerToken } from "../../workshop/node/session-access.js";
import { type ValidationParts, validateLab } from "../../workshop/node/validate-lab.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

interface Kept {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
}

let platform: TestPlatform;
let parts: ValidationParts;
let folder: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  parts = { ...platform, policies: platform.policies.service };
  folder = mkdtempSync(join(tmpdir(), "lectern-kept-objects-"));
});
afterAll(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

it("the namespace of a step that failed is kept as it was then, without what Secrets hold", async () => {
  const kept = new KeptObjects(join(folder, "kept"));
  const report = await validateKeeping(kept, parts, [
    "kubectl create deployment web --image=nginx; kubectl create secret generic door --from-literal=key=hunter2",
    // What controllers make of it comes in their own time, the event of a new pod last.
    "until kubectl get events --output=name | grep -q web-; do sleep 0.2; done",
    `kubectl apply -f - <<X
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "applied"}, "stringData": {"key": "swordfish"}}
X`,
    "false",
    "kubectl delete deployment web; false",
  ]);
  const file = join(folder, "kept", "objects.yaml");
  expect(kept.toldIn(report)).toMatchObject({ outcome: "failed", objects: [file], problems: [] });
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(
    /^# Objects of the namespace (\S+) of the session \1 .*\n# when block 3 of its page .*page\.md:\d+\.\n/,
  );
  const secrets = ["hunter2", "swordfish"].flatMap((value) => [value, Buffer.from(value).toString("base64")]);
  expect(secrets.filter((value) => text.includes(value))).toEqual([]);
  expect(objectsIn(text)).toMatchObject({
    "Deployment/web": {},
    "Secret/door": { data: { key: "(7 bytes, not kept)" } },
    "Secret/applied": { data: { key: "(9 bytes, not kept)" } },
  });
  const kinds = new Set(Object.values(objectsIn(text)).map(({ kind }) => kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining(["Pod", "ReplicaSet", "Event", "Namespace", "ConfigMap"]),
  );
  expect(statSync(file).mode & 0o077).toBe(0);
});

it("each replay that fails has a file of its own, and one that passes has none", async () => {
  const kept = new KeptObjects(join(folder, "replays"));
  for (const command of ["false", "true", "false"]) await validateKeeping(kept, parts, [command]);
  expect(readdirSync(join(folder, "replays"))).toEqual(["objects-2.yaml", "objects.yaml"]);
});

it("a cluster that does not answer hides no verdict: the report says so in one line", async () => {
  const kept = new KeptObjects(join(folder, "unreached"));
  const nowhere = { client: await clientOfNobody(), settings: platform.settings };
  const report = kept.toldIn(await validateKeeping(kept, nowhere, ["true", "false", "true"]));
  expect(report.steps.map(({ state }) => state)).toEqual(["passed", "failed", "passed"]);
  expect(report.objects).toBeUndefined();
  expect(report.problems).toMatchObject([
    {
      severity: "warning",
      rule: "objects-not-kept",
      message: expect.stringMatching(/does not answer .*pods/) as string,
    },
  ]);
});

it("a folder that cannot be written hides no verdict either", async () => {
  const kept = new KeptObjects(join(folder, "page.md", "inside-a-file"));
  const report = kept.toldIn(await validateKeeping(kept, parts, ["false"]));
  expect([report.outcome, report.objects]).toEqual(["failed", undefined]);
  expect(report.problems).toMatchObject([{ message: expect.stringContaining("ENOTDIR") as string }]);
});

it("what may not be read is named, and the rest is read", async () => {
  let found: Awaited<ReturnType<typeof namespaceObjects>> | undefined;
  await validate(["false"], async (failed) => {
    const token = await learnerToken(platform.client, failed.spec.namespace, 600);
    found = await namespaceObjects(failed, { client: clientWith(token), settings: platform.settings });
  });
  expect(objectsIn(found?.text ?? "")).toHaveProperty("ServiceAccount/learner");
  expect(found?.fault).toMatch(/^The imagepolicies could not be read: .*forbidden/);
});

it("as much is kept as a person can look through, and the rest is counted", async () => {
  let found: Awaited<ReturnType<typeof namespaceObjects>> | undefined;
  await validate(["false"], async (failed) => {
    const maps = `/api/v1/namespaces/${failed.spec.namespace}/configmaps`;
    const data = Object.fromEntries(
      Array.from({ length: 100 }, (_none, at) => [`key-${String(at)}`, "x".repeat(8_000)]),
    );
    for (const name of ["one", "two", "three", "four"])
      await platform.client.create(maps, { metadata: { name }, data });
    await platform.client.create(maps, {
      metadata: { name: "picture" },
      data: { picture: "y".repeat(100_000) },
    });
    found = await namespaceObjects(failed, platform);
  });
  expect(Buffer.byteLength(found?.text ?? "")).toBeLessThanOrEqual(2 * 1024 * 1024);
  expect(found?.missing).toEqual(["2 objects more would have made this longer than 2 MiB"]);
  expect(found?.fault).toBeUndefined();
  expect(objectsIn(found?.text ?? "")["ConfigMap/picture"]?.data?.["picture"]).toMatch(
    /^y{8192} \(91808 characters more, not kept\)$/,
  );
});

function objectsIn(text: string): Record<string, Kept> {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Kept);
  return Object.fromEntries(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}

function validateKeeping(
  kept: KeptObjects,
  clusters: Pick<ValidationParts, "client" | "settings">,
  commands: string[],
): Promise<ValidationReport> {
  const { signal } = new AbortController();
  return validate(commands, (session, step) => kept.keep(step, { session, clusters, signal }));
}

async function validate(
  commands: string[],
  onFailure: (session: SessionResource, step: ValidationReport["steps"][number]) => Promise<void>,
): Promise<ValidationReport> {
  const file = join(folder, "page.md");
  writeFileSync(file, `# Page\n\n${commands.map((text) => `\`\`\`execute\n${text}\n\`\`\`\n`).join("\n")}`);
  return validateLab(await loadLab(file), parts, {
    onFirstFailure: (step, session) => onFailure(session, step),
  });
}

function clientWith(token: string): KubernetesClient {
  const cluster = platform.kubeConfig.getCurrentCluster();
  if (!cluster) throw new Error("the platform has no cluster");
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, { name: "learner", token });
  return new KubernetesClient(config);
}

/** Of a port on which nobody listens. */
async function clientOfNobody(): Promise<KubernetesClient> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "none", server: `https://127.0.0.1:${String(port)}`, skipTLSVerify: true },
    { name: "none" },
  );
  return new KubernetesClient(config);
}
