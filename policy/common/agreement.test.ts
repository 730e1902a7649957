import { readFileSync } from "node:fs";

import { Environment } from "@marcbachmann/cel-js";
import { describe, expect, it } from "vitest";

import type { EffectivePolicy } from "./effective.js";
import { DENIAL, judgingVariables, POD } from "./engine-expressions.js";
import type { PolicyException } from "./exception.js";
import { evaluateImage } from "./evaluate.js";
import { type PolicySpecInput, policySpec } from "./manifest.js";
import { compileParameters } from "./parameters.js";

const cases = JSON.parse(readFileSync(new URL("./testdata/references.json", import.meta.url), "utf8")) as {
  image: string;
}[];

const images = [
  ...new Set([
    ...cases.map(({ image }) => image),
    "nginx",
    "nginx:1.27",
    "quay.io/x/busybox",
    "quay.io/x/busybox-extra:1",
    "docker.io:443/busybox",
    "docker.io:8080/library/busybox",
    "Registry-1.Docker.IO/library/nginx",
    "registry.hub.docker.com/library/nginx",
    "harbor.example.com:443/proj/app:v1.3",
    "team.example.com/fooservice/api:v1.0",
    "my-docker.io/app",
    "app:latest.1",
  ]),
];

/** Enough to meet every pattern with every kind of policy many times, in about a second. */
const RANDOM_RUNS = 3000;

const custom = (effect: "allow" | "block" | undefined, ...rules: object[]): PolicySpecInput => ({
  recipe: "custom",
  input: { ...(effect && { effect }), rules },
});

const table: Record<string, PolicySpecInput> = {
  "require-digest": { recipe: "require-digest" },
  "block-latest-tag": { recipe: "block-latest-tag", input: {} },
  "allowed-name-tag": {
    recipe: "allowed-name-tag",
    input: {
      rules: [
        { imageName: "library/*", tag: { value: "1.*" } },
        { imageName: "*/app", tag: {} },
      ],
    },
  },
  "block busybox": custom("block", { imageName: "busybox" }),
  "allow busybox": custom(undefined, { imageName: "busybox", tag: {} }),
  "allow library/busybox": custom("allow", { imageName: "library/busybox", tag: {} }),
  "block library/busybox": custom("block", { imageName: "library/busybox" }),
  "block Docker Hub": custom("block", { hostname: "docker.io" }),
  "block Docker Hub by an alias": custom("block", { hostname: "Registry-1.docker.io" }),
  "block *.docker.io": custom("block", { hostname: "*.docker.io" }),
  "block Docker Hub on 443": custom("block", { hostname: "docker.io", port: "443" }),
  "allow docker.io": custom("allow", { hostname: "docker.io" }),
  "allow index.docker.io": custom("allow", { hostname: "index.docker.io" }),
  "allow example.com and port": custom("allow", { hostname: "*.example.com", port: "8443" }),
  "allow host with port inside": custom("allow", { hostname: "*.example.com:8443" }),
  "block host with port": custom("block", { hostname: "harbor.example.com", port: "8443" }),
  "block IPv6 host": custom("block", { hostname: "[::1]:5000" }),
  "block a middle star": custom("block", { imageName: "b*x" }),
  "allow many stars": custom(
    "allow",
    { hostname: "h*.ex*ple.com", imageName: "p*j/a*" },
    { tag: { value: "*a*" } },
  ),
  "negated tag": custom("allow", { tag: { value: "v1.*", negate: true } }),
  "block negated tag": custom("block", { imageName: "app", tag: { value: "v1*", negate: true } }),
  "allow host with digest": custom("allow", { hostname: "docker.io", requireDigest: true }),
  "block with digest": custom("block", { requireDigest: true, imageName: "*" }),
  "a name that is a pattern of RE2": custom("block", { imageName: "a.*b.c" }),
};

describe("the evaluator and the compiled CEL", () => {
  const judge = celJudge();
  for (const [name, input] of Object.entries(table)) {
    it(`agree on every reference under: ${name}`, () => {
      const policies = [policyNamed("p", input)];
      const params = { data: compileParameters(policies).enforced };
      const disagreements = images.filter(
        (image) => evaluateImage(image, policies).allowed !== judge(podOf(image), params).allowed,
      );
      expect(disagreements).toEqual([]);
    });
  }

  it("decide differently between policies of the table, so that agreement means something", () => {
    const verdicts = Object.values(table).map((input) =>
      images.map((image) => (evaluateImage(image, [policyNamed("p", input)]).allowed ? "1" : "0")).join(""),
    );
    expect(new Set(verdicts).size).toBeGreaterThan(15);
  });

  it("agree on random exceptions from random policies, for pods of every owner and about every deadline", () => {
    const choose = randomly(20_300_131);
    const specs = Object.values(table);
    const disagreements: unknown[] = [];
    let excepted = 0;
    for (let run = 0; run < RANDOM_RUNS; run++) {
      const policies = [0, 1].map((index) => ({
        ...policyNamed(`p${index}`, choose(specs)),
        exceptions: Array.from({ length: choose([0, 1, 2]) }, () => randomException(choose)),
      }));
      const { workload, metadata } = choose(OWNED);
      const image = choose(images);
      const pod = podOf(image);
      Object.assign(pod.metadata, metadata);
      const verdict = evaluateImage(image, policies, { workload, now: NOW });
      if (verdict.policies.some(({ exception }) => exception)) excepted++;
      if (verdict.allowed !== judge(pod, { data: compileParameters(policies).enforced }).allowed)
        disagreements.push({ image, workload, policies });
    }
    expect(disagreements).toEqual([]);
    expect(excepted).toBeGreaterThan(RANDOM_RUNS / 50);
  });

  it("except nothing for the owner that somebody wrote into a pod, nor where a pod is changed", () => {
    const exception: PolicyException = {
      name: "e",
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

  it("name every violated policy, the container and the image in one line", () => {
    const policies = [
      policyNamed("digest-image-policy", { recipe: "require-digest" }),
      policyNamed("no-busybox-image-policy", custom("block", { imageName: "busybox" })),
    ];
    const { message } = judge(podOf("busybox"), { data: compileParameters(policies).enforced });
    expect(message).toBe(
      "[digest-image-policy] container <main> image <busybox>: images must carry a digest (name@sha256:...); " +
        "[no-busybox-image-policy] container <main> image <busybox>: images named busybox (in any repository) are blocked",
    );
  });

  it("admit everything where no policy bears on the namespace, even unreadable images", () => {
    expect(judge(podOf("NOT VALID"), {}).allowed).toBe(true);
  });

  it("judge init containers, ephemeral containers and image volumes", () => {
    const params = {
      data: compileParameters([policyNamed("p", custom("block", { imageName: "busybox" }))]).enforced,
    };
    const pod = podOf("nginx");
    Object.assign(pod.spec, {
      initContainers: [{ name: "first", image: "busybox:1" }],
      ephemeralContainers: [{ name: "debug", image: "quay.io/busybox" }],
      volumes: [
        { name: "data", image: { reference: "busybox@bad" } },
        { name: "empty", emptyDir: {} },
      ],
    });
    expect(judge(pod, params).message).toContain(
      "init container <first> image <busybox:1>, ephemeral container <debug> image <quay.io/busybox>, volume <data> image <busybox@bad> (not a valid image reference)",
    );
  });

  it("judge only what is new when a pod older than the policy changes", () => {
    const params = {
      data: compileParameters([policyNamed("p", custom("block", { imageName: "busybox" }))]).enforced,
    };
    const old = podOf("busybox");
    const debugged = podOf("busybox");
    Object.assign(debugged.spec, { ephemeralContainers: [{ name: "debug", image: "nginx" }] });
    expect(judge(podOf("busybox"), params, old).allowed).toBe(true);
    expect(judge(debugged, params, old).allowed).toBe(true);
    expect(judge(podOf("busybox:2"), params, old).allowed).toBe(false);
  });
});

const NOW = "2030-01-31T12:00:00Z";

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

const OWNED: { workload: { kind: string; name: string }; metadata: object }[] = [
  { workload: { kind: "Pod", name: "x" }, metadata: {} },
  {
    workload: { kind: "Deployment", name: "web" },
    metadata: {
      labels: { "pod-template-hash": "5d4f8c" },
      ownerReferences: [{ kind: "ReplicaSet", name: "web-5d4f8c", controller: true }],
    },
  },
  {
    workload: { kind: "StatefulSet", name: "web" },
    metadata: { ownerReferences: [{ kind: "StatefulSet", name: "web", controller: true }] },
  },
  {
    workload: { kind: "CronJob", name: "nightly" },
    metadata: { ownerReferences: [{ kind: "Job", name: "nightly-29384756", controller: true }] },
  },
];

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
  const workload = choose([
    undefined,
    ...OWNED.map((owned) => owned.workload),
  ]) as PolicyException["workload"];
  return {
    name: "e",
    namespace: "ns",
    owner: "o",
    reason: "r",
    expires: choose(["2030-01-31T11:59:59Z", NOW, "2030-01-31T12:00:01Z", "2031-01-01T00:00:00Z"]),
    ...(image !== undefined && { image }),
    ...(workload !== undefined && { workload }),
  };
}

interface Pod {
  metadata: Record<string, unknown>;
  spec: { containers: { name: string; image: string }[] };
}

function podOf(image: string): Pod {
  return { metadata: { name: "x", creationTimestamp: NOW }, spec: { containers: [{ name: "main", image }] } };
}

function policyNamed(name: string, input: PolicySpecInput): EffectivePolicy {
  const origin = { kind: "workspace", organization: "o", workspace: "w" } as const;
  return { name, origin, spec: policySpec.parse(input) };
}

/** Runs the variables in the order an API server would, as far as they are asked for. */
function celJudge() {
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  const variables = judgingVariables(POD).map(({ name, expression }) => ({
    name,
    run: environment.parse(expression),
  }));
  const denial = environment.parse(DENIAL);
  return (
    object: Pod,
    params: { data?: Record<string, string> },
    oldObject: Pod | null = null,
    userInfo: { username?: string } = {},
  ) => {
    const request = {
      operation: oldObject === null ? "CREATE" : "UPDATE",
      userInfo: { username: "system:serviceaccount:kube-system:replicaset-controller", ...userInfo },
    };
    const values: Record<string, unknown> = {};
    const context = { object, oldObject, params, request, variables: values };
    for (const { name, run } of variables) values[name] = run(context) as unknown;
    return { allowed: (values["violations"] as string[]).length === 0, message: String(denial(context)) };
  };
}
