import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { productRoot } from "./lectern-process.js";

const POLICIES = `
fullName: {name: no-latest, workspaceName: shop}
spec: {type: image-policy, recipe: block-latest-tag, recipeVersion: v1, input: {}}
---
fullName: {name: pins, workspaceName: shop}
spec: {recipe: require-digest, input: {audit: true}}
`;
const OBJECTS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: front}
spec: {template: {spec: {containers: [{name: app, image: nginx}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: v1
kind: Pod
metadata: {name: old, annotations: {policy.lectern.dev/expect: refused}}
spec: {containers: [{name: app, image: "busybox:latest"}]}
`;

describe("lectern policy test", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lectern-policy-test-"));
    mkdirSync(join(folder, "policies"));
    writeFileSync(join(folder, "policies/all.yaml"), POLICIES);
    writeFileSync(join(folder, "objects.yaml"), OBJECTS);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (args: string[], input = "") =>
    spawnSync(process.execPath, [join(productRoot, "bin/lectern.js"), "policy", "test", ...args], {
      cwd: folder,
      input,
      encoding: "utf8",
    });

  it("says which workloads of files policies of files would refuse, why, and what would pass", () => {
    const { status, stdout, stderr } = run(["-f", "policies", "-f", "objects.yaml"]);
    expect(stdout.split("\n")).toEqual([
      "FAILED  deployment/web (objects.yaml, document 1) in namespace front: refused",
      "  nginx (container app)",
      "    [no-latest] set on workspace shop: refuses. The tag is latest, which it must not be.",
      "      Name a version: nginx:1.2.3, say, or a digest in place of the tag.",
      expect.stringMatching(/^ {4}\[pins\] set on workspace shop: would refuse \(dry run\)/),
      expect.stringMatching(/^ {6}Pin the image: nginx@sha256/),
      "ok  pod/old (objects.yaml, document 3) in namespace default: refused",
      ...Array.from({ length: 5 }, () => expect.stringMatching(/^ {2}/) as unknown),
      "0 admitted, 0 warned, 2 refused. 1 not as expected.",
      "",
    ]);
    expect([status, stderr]).toEqual([1, ""]);
  });

  it("takes images, standard input, JSON, and ends with 0 where nothing is refused", () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "x" }, spec: { containers: [] } };
    const spec = { containers: [{ name: "app", image: "nginx:1.27" }] };
    const { status, stdout } = run(
      ["-f", "policies/all.yaml", "-f", "-", "--image", "busybox:1.36", "-o", "json"],
      JSON.stringify({ ...pod, spec }),
    );
    const report = JSON.parse(stdout) as { counts: object; objects: { name: string; outcome: string }[] };
    expect(report.objects.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["x", "warned"],
      ["busybox:1.36", "warned"],
    ]);
    expect([status, report.counts]).toEqual([0, { admitted: 0, warned: 2, refused: 0 }]);
  });

  it.each([
    [["-f", "policies"], /nothing in the files has images/],
    [["-f", "objects.yaml"], /no image policy is in the files/],
    [["-f", "missing.yaml"], /missing\.yaml cannot be read/],
    [["-f", "policies", "-f", "-"], /standard input is not YAML/],
    [["-f", "policies", "--image", "nginx", "--at", "soon"], /expected a time .* "soon" came/],
    [[], /required option '-f, --filename <file>'/],
  ])("says of %j what is wrong, and ends with 2", (args, problem) => {
    const { status, stdout, stderr } = run(args, "a: [");
    expect(stderr).toMatch(problem);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("reads YAML as kubectl does, with merged keys, and a file that has no end to its bound", () => {
    const merged = `
x-app: &app {containers: [{name: app, image: nginx}]}
apiVersion: v1
kind: Pod
metadata: {name: merged}
spec: {<<: *app, restartPolicy: Never}
`;
    const { status, stdout } = run(["-f", "policies", "-f", "-"], merged);
    expect(stdout).toMatch(/^FAILED {2}pod\/merged /);
    expect(status).toBe(1);
    const endless = run(["-f", "policies", "-f", "/dev/zero"]);
    expect(endless.stderr).toMatch(/\/dev\/zero cannot be read: it is larger than 67108864 bytes/);
    expect(endless.status).toBe(2);
  });

  it("judges a list of ten megabytes in seconds", () => {
    const annotations = { note: "x".repeat(20_000) };
    const spec = { containers: [{ name: "app", image: "nginx:1.27" }] };
    const items = Array.from({ length: 500 }, (_, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `pod-${String(index)}`, annotations },
      spec,
    }));
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    expect(run(["-f", "policies", "-f", "-"], list).stdout).toMatch(/0 admitted, 500 warned, 0 refused\./);
  });

  it("warns of an exception from a policy that is not there", () => {
    const exception = `
fullName: {name: for-now}
spec: {policy: no-lates, namespace: a, owner: ann, reason: soon, expires: "2030-01-31T12:00:00Z"}
`;
    const { stderr } = run(["-f", "policies", "-f", "-", "--image", "nginx:1"], exception);
    expect(stderr).toMatch(
      /^warning: policy no-lates: the exception for-now is from it, and no policy of the/,
    );
  });

  it("warns of policies that are hardly meant", () => {
    const allowed =
      "fullName: {name: a}\nspec: {recipe: custom, input: {effect: allow, rules: [{imageName: busybox}]}}";
    const { stderr } = run(["-f", "-", "--image", "busybox"], allowed);
    expect(stderr).toMatch(/^warning: policy a: rule 1: The image name busybox never matches/);
  });
});
