import { readFileSync } from "node:fs";

import { Environment } from "@marcbachmann/cel-js";

import type { EffectivePolicy } from "./effective.js";
import { DENIAL, judgingVariables, POD } from "./engine-expressions.js";
import { type PolicySpecInput, policySpec } from "./manifest.js";

/** When the API server is asked. */
export const NOW = "2030-01-31T12:00:00Z";

const cases = JSON.parse(readFileSync(new URL("./testdata/references.json", import.meta.url), "utf8")) as {
  image: string;
}[];

/** References that runtimes read in ways of their own. */
export const images = [
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

export const custom = (effect: "allow" | "block" | undefined, ...rules: object[]): PolicySpecInput => ({
  recipe: "custom",
  input: { ...(effect && { effect }), rules },
});

/** Policies of every recipe and kind of pattern. */
export const table: Record<string, PolicySpecInput> = {
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
  "any tag but any": custom("block", { imageName: "app", tag: { value: "*", negate: true } }),
  "allow any tag but any": custom(
    "allow",
    { tag: { value: "**", negate: true } },
    { imageName: "library/nginx" },
  ),
  "block negated tag": custom("block", { imageName: "app", tag: { value: "v1*", negate: true } }),
  "allow host with digest": custom("allow", { hostname: "docker.io", requireDigest: true }),
  "block with digest": custom("block", { requireDigest: true, imageName: "*" }),
  "a name that is a pattern of RE2": custom("block", { imageName: "a.*b.c" }),
};

interface Pod {
  metadata: Record<string, unknown>;
  spec: { containers: { name: string; image: string }[] };
}

/** A new pod with one image. */
export function podOf(image: string): Pod {
  return { metadata: { name: "x", creationTimestamp: NOW }, spec: { containers: [{ name: "main", image }] } };
}

export function policyNamed(name: string, input: PolicySpecInput): EffectivePolicy {
  const origin = { kind: "workspace", organization: "o", workspace: "w" } as const;
  return { name, origin, spec: policySpec.parse(input) };
}

/** Runs the variables in the order an API server would, as far as they are asked for. */
export function celJudge() {
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  // Kubernetes has it; this library leaves it out.
  environment.registerFunction(
    "string.replace(string, string): string",
    (text: string, from: string, to: string) => text.replaceAll(from, () => to),
  );
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
