import { describe, expect, it } from "vitest";

import { celJudge, custom, images, NOW, podOf, policyNamed, table } from "./cel-judge-for-tests.js";
import { evaluateImage } from "./evaluate.js";
import { exceptionManifest, type PolicyException, workloadsOfPod } from "./exception.js";
import { compileParameters } from "./parameters.js";

/** Enough to meet every pattern with every kind of policy many times, in about a second. */
const RANDOM_RUNS = 800;

describe("exceptions", () => {
  const judge = celJudge();

  it("agree on random exceptions from random policies, for pods of every owner and about every deadline", () => {
    const choose = randomly(20_300_131);
    const specs = Object.values(table);
    const disagreements: unknown[] = [];
    let excepted = 0;
    for (let run = 0; run < RANDOM_RUNS; run++) {
      const policies = [0, 1].map((index) => ({
        ...policyNamed(`p${index}`, choose(specs)),
        exceptions: Array.from({ length: choose([1, 2, 3]) }, () => randomException(choose)),
      }));
      const metadata = choose(OWNED);
      const image = choose(images);
      const pod = podOf(image);
      Object.assign(pod.metadata, metadata);
      const workloads = workloadsOfPod({ name: "x", ...metadata });
      const verdict = evaluateImage(image, policies, { workloads, now: NOW });
      if (verdict.policies.some(({ exception }) => exception)) excepted++;
      if (verdict.allowed !== judge(pod, { data: compileParameters(policies).enforced }).allowed)
        disagreements.push({ image, workloads, policies });
    }
    expect(disagreements).toEqual([]);
    expect(excepted).toBeGreaterThan(RANDOM_RUNS / 50);
  });

  it("except nothing for the owner that somebody wrote into a pod, nor where a pod is changed", () => {
    const exception: PolicyException = {
      name: "e",
      policy: "p",
      namespace: "ns",
      workload: { kind: "StatefulSet", name: "web" },
      owner: "o",
      reason: "r",
      expires: "2031-01-01T00:00:00Z",
    };
    const policies = [{ ...policyNamed("p", { recipe: "require-digest" }), exceptions: [exception] }];
    const params = { data: compileParameters(policies).enforced };
    const pod = podOf("busybox");
    Object.assign(pod.metadata, {
      ownerReferences: [{ kind: "StatefulSet", name: "web", controller: true }],
    });
    expect(judge(pod, params).allowed).toBe(true);
    expect(judge(pod, params, null, { username: "learner" }).allowed).toBe(false);
    expect(judge(pod, params, podOf("nginx")).allowed).toBe(false);
  });

  it.each([
    [
      "busybox",
      ["busybox", "docker.io/library/busybox:1"],
      ["x/busybox", "evil.example.com/library/busybox"],
    ],
    ["busybox:1.*", ["busybox:1.36"], ["busybox", "busybox:2"]],
    ["team/*", ["team/app", "team/a/b:1"], ["library/team", "team.example.com/app"]],
    ["harbor.example.com/*", ["harbor.example.com/a"], ["harbor.example.com:8443/a", "a/harbor.example.com"]],
    ["*/app", ["quay.io/app", "quay.io:443/app"], ["quay.io/x/app", "app"]],
    [`busybox@sha256:${"a".repeat(64)}`, [`busybox:1@sha256:${"a".repeat(64)}`], ["busybox"]],
    ["*", ["busybox", "quay.io/x:1"], ["NOT VALID"]],
  ])("read %s as images are read", (image, excepted, refused) => {
    const exception: PolicyException = { ...EXCEPTION, image };
    const policies = [{ ...policyNamed("p", BLOCK_ALL), exceptions: [exception] }];
    const passes = (each: string) => evaluateImage(each, policies).allowed;
    expect([excepted.filter(passes), refused.filter(passes)]).toEqual([excepted, []]);
  });

  it.each([
    ["spec.namespace", { image: undefined, namespace: undefined }],
    ["spec.namespace", { namespace: undefined, workload: { kind: "Deployment", name: "web" } }],
    ["spec.workload.kind", { workload: { kind: "Secret", name: "web" } }],
    ["spec.image", { image: "a|b" }],
    ["spec.expires", { expires: "soon" }],
    ["spec.owner", { owner: " " }],
    ["spec.reason", { reason: "one\ntwo" }],
    ["spec.policy", { policy: "No" }],
  ])("are refused for %s", (path, change) => {
    const { name, ...spec } = { ...EXCEPTION, image: "busybox", ...change };
    const parsed = exceptionManifest.safeParse({ fullName: { name }, spec });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });

  it("say until when in UTC and to the second", () => {
    const { name, ...spec } = { ...EXCEPTION, expires: "2030-01-31T12:00:00.9+02:00" };
    expect(exceptionManifest.parse({ fullName: { name }, spec }).spec.expires).toBe("2030-01-31T10:00:00Z");
  });
});

const BLOCK_ALL = custom("block", { imageName: "*" });

const EXCEPTION: PolicyException = {
  name: "e",
  policy: "p",
  namespace: "ns",
  owner: "o",
  reason: "r",
  expires: "2031-01-01T00:00:00Z",
};

/** A generator of its own, so that a run that fails can be repeated (mulberry32). */
function randomly(seed: number): <T>(choices: readonly T[]) => T {
  let state = seed;
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return choices[((mixed ^ (mixed >>> 14)) >>> 0) % choices.length] as (typeof choices)[number];
  };
}

const OWNED: Parameters<typeof workloadsOfPod>[0][] = [
  {},
  {
    labels: { "pod-template-hash": "5d4f8c" },
    ownerReferences: [{ kind: "ReplicaSet", name: "web-5d4f8c", controller: true }],
  },
  { ownerReferences: [{ kind: "ReplicaSet", name: "web-5d4f8c", controller: true }] },
  { ownerReferences: [{ kind: "StatefulSet", name: "web", controller: true }] },
  { ownerReferences: [{ kind: "StatefulSet", name: "web" }] },
  { ownerReferences: [{ kind: "Job", name: "nightly-29384756", controller: true }] },
  { ownerReferences: [{ kind: "Job", name: "nightly", controller: true }] },
];

const WORKLOADS = [
  { kind: "Pod", name: "x" },
  { kind: "Deployment", name: "web" },
  { kind: "ReplicaSet", name: "web-5d4f8c" },
  { kind: "StatefulSet", name: "web" },
  { kind: "CronJob", name: "nightly" },
  { kind: "Job", name: "nightly-29384756" },
] as const;

const PATTERNS = [
  undefined,
  "*",
  "busybox",
  "busybox:1.36",
  "library/*",
  "*/app",
  "*/library/busybox:*",
  "harbor.example.com/*",
  "*.example.com:8443/*",
  "*.example.com:*/proj/*:v1.*",
  "index.docker.io/b*x",
  "localhost:5000/app",
  "[::1]:5000/*",
  `busybox@sha256:${"a".repeat(64)}`,
  "registry-1.docker.io/library/*",
] as const;

function randomException(choose: ReturnType<typeof randomly>): PolicyException {
  const image = choose(PATTERNS);
  const workload = choose([undefined, undefined, ...WORKLOADS]);
  return {
    name: "e",
    policy: "p",
    namespace: "ns",
    owner: "o",
    reason: "r",
    expires: choose(["2030-01-31T11:59:59Z", NOW, "2030-01-31T12:00:01Z", "2031-01-01T00:00:00Z"]),
    ...(image !== undefined && { image }),
    ...(workload !== undefined && { workload }),
  };
}
