import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { KubectlCluster } from "./kubectl-for-tests.js";
import { kubectlMissing, startKubectlCluster } from "./kubectl-for-tests.js";

const missing = kubectlMissing();
if (missing) console.warn(`tests with kubectl are skipped: ${missing}`);

describe.skipIf(missing)("kubectl", () => {
  let cluster: KubectlCluster;

  beforeAll(async () => {
    cluster = await startKubectlCluster();
    await cluster.kubectl(["create", "namespace", "lab"]);
  });

  afterAll(() => cluster.close());

  test("a quota that is spent refuses, and its usage shows", async () => {
    const hard = { hard: { configmaps: "2" } };
    const metadata = { name: "small", namespace: "lab" };
    await cluster.kubectl(["apply", "-f", "-"], {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata,
      spec: hard,
    });
    // Every namespace has kube-root-ca.crt already.
    await expect
      .poll(async () => (await cluster.kubectl("get configmaps -n lab -o name".split(" "))).stdout)
      .toBe("configmap/kube-root-ca.crt\n");
    expect((await cluster.kubectl("create configmap one -n lab".split(" "))).exitCode).toBe(0);
    expect(await cluster.kubectl("create configmap two -n lab".split(" "))).toMatchObject({
      exitCode: 1,
      stderr:
        'error: failed to create configmap: configmaps "two" is forbidden: exceeded quota: small, requested: configmaps=1, used: configmaps=2, limited: configmaps=2\n',
    });
    const shown = await cluster.kubectl(
      "get quota small -n lab -o jsonpath={.status.used.configmaps}".split(" "),
    );
    expect(shown.stdout).toBe("2");
    await cluster.kubectl("delete quota small -n lab".split(" "));
  });

  test("a policy refuses, warns and reports that it compiled", async () => {
    const apiVersion = "admissionregistration.k8s.io/v1";
    const policy = {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "no-latest" },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
          ],
        },
        validations: [
          {
            expression: "object.spec.containers.all(c, !c.image.endsWith(':latest'))",
            messageExpression: "'no latest, please: ' + object.spec.containers.map(c, c.image).join(', ')",
            reason: "Forbidden",
          },
        ],
      },
    };
    const binding = {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "no-latest" },
      spec: { policyName: "no-latest", validationActions: ["Deny"] },
    };
    await cluster.kubectl(["apply", "-f", "-"], policy);
    await cluster.kubectl(["apply", "-f", "-"], binding);
    expect(await cluster.kubectl("run web --image=nginx:latest -n lab".split(" "))).toMatchObject({
      exitCode: 1,
      stderr:
        "Error from server (Forbidden): pods \"web\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest' denied request: no latest, please: nginx:latest\n",
    });
    const warning = { ...binding, spec: { ...binding.spec, validationActions: ["Warn"] } };
    await cluster.kubectl(["apply", "-f", "-"], warning);
    expect(await cluster.kubectl("run web --image=nginx:latest -n lab".split(" "))).toMatchObject({
      exitCode: 0,
      stdout: "pod/web created\n",
      stderr:
        "Warning: Validation failed for ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest': no latest, please: nginx:latest\n",
    });
    await expect
      .poll(
        async () =>
          (
            await cluster.kubectl([
              "get",
              "validatingadmissionpolicy",
              "no-latest",
              "-o",
              "jsonpath={.status}",
            ])
          ).stdout,
      )
      .toBe('{"observedGeneration":1,"typeChecking":{}}');
  });

  test("a refused pod of a Deployment shows as an event", async () => {
    await cluster.kubectl(["apply", "-f", "-"], {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "l", namespace: "lab" },
      spec: { limits: [{ type: "Container", max: { cpu: "1" } }] },
    });
    const container = { name: "main", image: "nginx:1.27", resources: { limits: { cpu: "2" } } };
    await cluster.kubectl(["apply", "-f", "-"], {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "big", namespace: "lab" },
      spec: {
        selector: { matchLabels: { app: "big" } },
        template: { metadata: { labels: { app: "big" } }, spec: { containers: [container] } },
      },
    });
    const events =
      "get events -n lab --field-selector reason=FailedCreate -o jsonpath={.items[*].message}".split(" ");
    await expect
      .poll(async () => (await cluster.kubectl(events)).stdout)
      .toMatch(
        /Error creating: pods "big-\S+" is forbidden: maximum cpu usage per Container is 1, but limit is 2/,
      );
  });
});
