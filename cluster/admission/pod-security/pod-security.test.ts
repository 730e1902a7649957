import { afterAll, beforeAll, expect, test } from "vitest";

import type { TestApi } from "../api-for-tests.js";
import { namespace, pod, serviceAccount, startTestApi } from "../api-for-tests.js";

let cluster: TestApi;

beforeAll(async () => {
  cluster = await startTestApi();
  for (const level of ["baseline", "restricted"]) {
    await cluster.apply(namespace(level, { "pod-security.kubernetes.io/enforce": level }));
    await cluster.apply(serviceAccount(level));
  }
  await cluster.apply(namespace("warned", { "pod-security.kubernetes.io/warn": "baseline" }));
  await cluster.apply(serviceAccount("warned"));
});

afterAll(() => cluster.close());

const SAFE = {
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  },
};

test.each<[string, object, object]>([
  [
    'privileged (container "main" must not set securityContext.privileged=true)',
    { securityContext: { privileged: true } },
    {},
  ],
  [
    'forbidden AppArmor profile (pod and container "main" must not set AppArmor profile type to "Unconfined")',
    { securityContext: { appArmorProfile: { type: "Unconfined" } } },
    { securityContext: { appArmorProfile: { type: "Unconfined" } } },
  ],
  [
    'probe or lifecycle host (container "main" uses probe or lifecycle hosts "10.0.0.1", "a.example")',
    {
      livenessProbe: { httpGet: { port: 80, host: "a.example" } },
      lifecycle: { preStop: { tcpSocket: { port: 80, host: "10.0.0.1" } } },
    },
    {},
  ],
  ["host namespaces (hostNetwork=true, hostPID=true)", {}, { hostNetwork: true, hostPID: true }],
  ['hostPath volumes (volume "v")', {}, { volumes: [{ name: "v", hostPath: { path: "/" } }] }],
  ['hostPort (container "main" uses hostPort 80)', { ports: [{ containerPort: 80, hostPort: 80 }] }, {}],
  [
    'non-default capabilities (container "main" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    { securityContext: { capabilities: { add: ["SYS_ADMIN", "NET_RAW"] } } },
    {},
  ],
])("baseline refuses %s", async (text, container, spec) => {
  await expect(cluster.apply(pod("baseline", "p", container, spec))).rejects.toMatchObject({
    message: `pods "p" is forbidden: violates PodSecurity "baseline:latest": ${text}`,
    status: { code: 403, reason: "Forbidden" },
  });
});

test("baseline lets an ordinary pod through", async () => {
  expect((await cluster.apply(pod("baseline", "ok"))).metadata.name).toBe("ok");
});

test("restricted lists everything that is missing", async () => {
  await expect(cluster.apply(pod("restricted", "p"))).rejects.toThrow(
    'pods "p" is forbidden: violates PodSecurity "restricted:latest": ' +
      'allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  );
  expect((await cluster.apply(pod("restricted", "safe", SAFE))).metadata.name).toBe("safe");
});

function deployment(home: string): object {
  const template = {
    metadata: { labels: { a: "b" } },
    spec: { hostNetwork: true, containers: [{ name: "main", image: "nginx" }] },
  };
  const metadata = { namespace: home, name: "d" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { selector: { matchLabels: { a: "b" } }, template },
  };
}

test.each(["warned", "baseline"])("a workload of namespace %s is created with a warning", async (home) => {
  const warnings: string[] = [];
  await cluster.apply(deployment(home), { warn: (text) => warnings.push(text) });
  expect(warnings).toEqual([
    'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
  ]);
});

test("warn lets pods through with a warning", async () => {
  const warnings: string[] = [];
  await cluster.apply(pod("warned", "p", {}, { hostNetwork: true }), { warn: (text) => warnings.push(text) });
  expect(warnings).toEqual([
    'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
  ]);
});
