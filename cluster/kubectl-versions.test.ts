import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubectlFixture } from "./kubectl-for-tests.js";
import { findKubectl, startKubectlFixture } from "./kubectl-for-tests.js";

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: a, image: "nginx:1.27"}, {name: b, image: "busybox:1.36"}]}
`;

describe.each(["1.29", "1.30", "1.31", "1.32", "1.33"])("kubectl %s", (version) => {
  const kubectl = findKubectl(version);
  if (kubectl === undefined)
    process.stdout.write(`skipping kubectl ${version}: it is not beside the one on PATH\n`);
  let fixture: KubectlFixture | undefined;
  beforeAll(async () => {
    if (kubectl !== undefined) fixture = await startKubectlFixture(kubectl);
  });
  afterAll(() => fixture?.close());

  it.skipIf(kubectl === undefined)(
    "creates, applies twice unchanged, lists, scales and deletes",
    async () => {
      const outputs: string[] = [];
      for (const args of [
        "create namespace lab",
        "apply -n lab -f -",
        "apply -n lab -f -",
        "scale deployment web -n lab --replicas=2",
        "get deployment web -n lab -o jsonpath={.spec.replicas}",
        "auth can-i create deployments.apps -n lab",
        "delete deployment web -n lab",
      ]) {
        const { stdout, stderr, code } = (await fixture?.run(args.split(" "), MANIFEST)) ?? {};
        outputs.push(code === 0 ? (stdout ?? "").trim() : (stderr ?? ""));
      }
      expect(outputs).toEqual([
        "namespace/lab created",
        "deployment.apps/web created",
        "deployment.apps/web unchanged",
        "deployment.apps/web scaled",
        "2",
        "yes",
        expect.stringMatching(/^deployment.apps "web" deleted/),
      ]);
    },
  );
});
