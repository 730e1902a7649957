import { describe, expect, it } from "vitest";
import { signersFingerprint } from "../../common/known-image.js";
import { type Circumstances, EXPECT_ANNOTATION, judgeObjects } from "./judge-objects.js";
import { readOfflineObjects } from "./offline-objects.js";

const NOON: Circumstances = { namespace: "default", now: "2030-01-01T12:00:00Z" };

const policy = (name: string, spec: object, workspaceName?: string) => ({
  fullName: { name, ...(workspaceName !== undefined && { workspaceName }) },
  spec: { type: "image-policy", ...spec },
});
const noLatest = policy("no-latest", { recipe: "block-latest-tag", input: {} }, "shop");
const pod = (name: string, image: string, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...metadata },
  spec: { containers: [{ name: "app", image }] },
});
const workload = (kind: string, image: string) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web" },
  spec: { template: pod("", image) },
});

const named = (name: string, labels: object) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const says = (expected: string) => ({ annotations: { [EXPECT_ANNOTATION]: expected } });
const exception = (status?: object) => ({
  fullName: { name: "for-now", workspaceName: "shop" },
  spec: {
    policy: "no-latest",
    namespace: "default",
    workload: { kind: "Deployment", name: "web" },
    owner: "ann",
    reason: "until it is rebuilt",
    expires: "2030-01-01T13:00:00Z",
  },
  ...(status && { status }),
});

/** A list in a list in a list. */
function nested(levels: number): unknown {
  let list: object = pod("x", "nginx");
  for (let level = 0; level < levels; level++) list = { apiVersion: "v1", kind: "List", items: [list] };
  return list;
}

const read = (...contents: unknown[]) =>
  readOfflineObjects(contents.map((content, index) => ({ place: `file ${String(index + 1)}`, content })));
const outcomes = (contents: unknown[], circumstances: Partial<Circumstances> = {}) =>
  judgeObjects(read(...contents), { ...NOON, ...circumstances }).map(({ outcome }) => outcome);

describe("files judged by image policies", () => {
  it.each([
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "ReplicationController",
    "Rollout",
  ])("are a %s's next pods", (kind) => {
    expect(outcomes([noLatest, workload(kind, "nginx"), workload(kind, "nginx:1.27")])).toEqual([
      "refused",
      "admitted",
    ]);
  });

  it("are every image of a pod, also those of volumes, and of a CronJob", () => {
    const { spec } = pod("x", "nginx:1.27");
    const more = {
      ...pod("x", ""),
      spec: {
        ...spec,
        initContainers: [{ name: "init", image: "busybox" }],
        volumes: [{ name: "data", image: { reference: "data" } }, { name: "none" }],
      },
    };
    const [judged] = judgeObjects(read(noLatest, more), NOON);
    expect(judged?.images.map(({ kind, verdict }) => [kind, verdict.allowed])).toEqual([
      ["container", true],
      ["initContainer", false],
      ["volume", false],
    ]);
    const cron = {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "nightly" },
      spec: { jobTemplate: { spec: { template: pod("", "nginx") } } },
    };
    expect(outcomes([noLatest, cron])).toEqual(["refused"]);
  });

  it("are taken from lists, as kubectl and tmc print them, and what has no images is left out", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [pod("x", "nginx"), { apiVersion: "v1", kind: "Service" }],
    };
    expect(outcomes([{ policies: [noLatest] }, list])).toEqual(["refused"]);
    expect(outcomes([{ policy: noLatest }, pod("x", "nginx"), null])).toEqual(["refused"]);
    const stored = {
      apiVersion: "policy.lectern.dev/v1alpha1",
      kind: "ImagePolicy",
      spec: { ...noLatest.spec, organization: "o", workspace: "shop", name: "no-latest" },
    };
    expect(outcomes([stored, pod("x", "nginx")])).toEqual(["refused"]);
  });

  it("follow the labels and the workspace of their namespace", () => {
    const namespaceSelector = { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] };
    const selective = policy("prod", { ...noLatest.spec, namespaceSelector }, "shop");
    const other = policy("pins", { recipe: "require-digest", input: {} }, "other");
    const judged = judgeObjects(
      read(
        selective,
        other,
        named("a", { env: "prod", "tmc.cloud.vmware.com/workspace": "shop" }),
        named("b", { env: "dev", "tmc.cloud.vmware.com/workspace": "shop" }),
        pod("x", "nginx", { namespace: "a" }),
        pod("x", "nginx", { namespace: "b" }),
        pod("x", "nginx:1", { namespace: "c" }),
      ),
      { ...NOON, workspace: "other" },
    );
    expect(judged.map(({ outcome, notSelected }) => [outcome, notSelected])).toEqual([
      ["refused", []],
      ["admitted", ["prod"]],
      ["refused", []],
    ]);
    expect(() => outcomes([selective, other, pod("x", "nginx")])).toThrow(
      /policies are of other, shop; say -k/,
    );
  });

  it("are warned about by a dry run, and held to what they say of themselves", () => {
    const dry = policy("dry", { recipe: "block-latest-tag", input: { audit: true } });
    const judged = judgeObjects(
      read(
        dry,
        pod("silent", "nginx"),
        pod("warned", "nginx", says("warned")),
        pod("refused", "nginx", says("refused")),
      ),
      NOON,
    );
    expect(judged.map(({ outcome, isAsExpected }) => [outcome, isAsExpected])).toEqual([
      ["warned", true],
      ["warned", true],
      ["warned", false],
    ]);
    expect(() => outcomes([dry, pod("x", "nginx", says("denied"))])).toThrow(
      /^file 2: expected admitted, warned, refused in the annotation/,
    );
  });

  it("pass by an exception that was granted, of their policy and workload, until it expires", () => {
    const web = workload("Deployment", "nginx");
    expect(outcomes([noLatest, exception(), web, pod("web", "nginx")])).toEqual(["admitted", "refused"]);
    expect(outcomes([noLatest, exception({ state: "Requested" }), web])).toEqual(["refused"]);
    expect(outcomes([noLatest, exception(), web], { now: "2030-01-01T13:00:00Z" })).toEqual(["refused"]);
  });

  it("are refused by a signature that is not known, and pass by one that is", () => {
    const authorities = [{ issuer: "https://accounts.example.com", subject: "ann@example.com" }];
    const signed = policy("signed", { recipe: "require-signature", input: { authorities } });
    const digest = `sha256:${"a".repeat(64)}`;
    const found = { signers: signersFingerprint(authorities), verified: true, reason: "signed by ann" };
    const known = {
      apiVersion: "policy.lectern.dev/v1alpha1",
      kind: "KnownImage",
      spec: { image: `docker.io/library/app@${digest}`, digest, signatures: [found] },
    };
    const image = pod("x", `app@${digest}`);
    expect([...outcomes([signed, image]), ...outcomes([signed, known, image])]).toEqual([
      "refused",
      "admitted",
    ]);
  });

  it.each([
    ["hello", /expected a policy, an exception or an object of Kubernetes, and "hello" came/],
    [
      { some: "thing" },
      /expected fullName and spec of a policy, or apiVersion and kind of an object, and found some/,
    ],
    [
      policy("No", { recipe: "custom", input: {} }),
      /the policy is not valid: fullName.name: must be lowercase/,
    ],
  ])("say where %j is wrong", (content, problem) => {
    expect(() => read(noLatest, content)).toThrow(problem);
    expect(() => read(noLatest, content)).toThrow(/^file 2: /);
  });

  it.each([
    [{ ...pod("x", "nginx"), spec: { containers: "app" } }, /the Pod is not valid: spec\.containers: /],
    [{ ...pod("x", "nginx"), spec: { containers: [null] } }, /spec\.containers\.0: /],
    [{ ...pod("x", "nginx"), spec: { containers: [{ image: 5 }] } }, /spec\.containers\.0\.image: /],
    [
      { ...pod("x", "nginx"), spec: { volumes: [{ image: { reference: 1 } }] } },
      /spec\.volumes\.0\.image\.reference: /,
    ],
    [pod("x", "nginx", { annotations: { [EXPECT_ANNOTATION]: true } }), /metadata\.annotations\./],
    [pod("x", "nginx", { name: 5 }), /metadata\.name: /],
    [named("x", { env: 1 }), /the Namespace is not valid: metadata\.labels\.env: /],
    [
      { apiVersion: "policy.lectern.dev/v1alpha1", kind: "KnownImage", spec: { signatures: "all" } },
      /the known image is not valid: image: /,
    ],
    [nested(2000), /lists stand in lists/],
  ])("say where what is no manifest is wrong instead of judging it by half", (content, problem) => {
    expect(() => read(noLatest, content)).toThrow(problem);
    expect(() => read(noLatest, content)).toThrow(/^file 2[:,]/);
  });

  it("are read as kubectl reads them: null where nothing is said, lists of one kind, and what another maker calls alike", () => {
    const empty = { labels: null, annotations: null, namespace: null };
    const { kind: _kind, apiVersion: _version, ...bare } = pod("y", "nginx");
    const others = { apiVersion: "config.example.com/v1", kind: "ImagePolicy", spec: { scopes: [] } };
    const shadowed = { ...pod("z", "nginx"), policies: [], policy: {}, items: [] };
    expect(outcomes([noLatest, pod("x", "nginx", empty), others, shadowed])).toEqual(["refused", "refused"]);
    expect(outcomes([noLatest, { apiVersion: "v1", kind: "PodList", items: [bare] }])).toEqual(["refused"]);
    expect(outcomes([noLatest, { apiVersion: "v1", kind: "PodList", items: null }])).toEqual([]);
  });

  it("pass by no exception of a policy that is not there, and say so", () => {
    const stray = { ...exception(), fullName: { name: "for-now", workspaceName: null } };
    const ofOthers = { ...exception(), spec: { ...exception().spec, policy: "no-lates" } };
    expect(read(noLatest, exception(), stray, ofOthers).strayExceptions).toEqual([
      { name: "for-now", policy: "no-latest" },
      { name: "for-now", policy: "no-lates", workspace: "shop" },
    ]);
  });

  it("are refused where a policy is there twice", () => {
    expect(() => read(noLatest, noLatest)).toThrow("the policy no-latest of workspace shop is there twice");
  });
});
