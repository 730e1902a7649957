import { describeParity, sameOnBoth } from "./both-clusters.js";

const failure = [
  "get",
  "replicaset",
  "-o",
  "jsonpath={range .items[*].status.conditions[*]}{.type} {.status} {.reason} {.message}{'\\n'}{end}",
];
const deploymentFailure = [
  "get",
  "deployment",
  "-o",
  "jsonpath={range .items[*].status.conditions[*]}{.type} {.status} {.reason}{'\\n'}{end}",
];
const messages = [
  "get",
  "events",
  "--field-selector",
  "reason=FailedCreate",
  "-o",
  "jsonpath={range .items[0:1]}{.type} {.involvedObject.kind} {.source.component} {.message}{end}",
];

describeParity("refused pods", () => {
  sameOnBoth(
    "by a quota that asks for requests",
    async ({ run, until }) => {
      await run("create quota q --hard=requests.cpu=1,pods=2");
      await until("get quota q -o jsonpath={.status.used}", /pods/);
      await run("create deployment web --image=nginx");
      await until(failure, /ReplicaFailure/);
      await until(deploymentFailure, /ReplicaFailure/);
      await run(failure);
      await run(deploymentFailure);
      await until(messages, /Warning/);
      await run(messages);
      await run("get deployment web");
      await run("run solo --image=nginx");
      await run("describe quota q");
    },
    [
      /Error creating: pods "web-HASH-RANDOM" is forbidden: failed quota: q: must specify requests.cpu for: nginx/,
    ],
  );

  sameOnBoth(
    "by a quota that is used up",
    async ({ run, until }) => {
      await run("create quota q --hard=pods=1");
      await until("get quota q -o jsonpath={.status.used.pods}", /0/);
      await run("run first --image=nginx");
      await run("run second --image=nginx");
      await until("get quota q -o jsonpath={.status.used.pods}", /1/);
      await run("get quota q");
      await run("delete pod first --force --grace-period=0");
      await until("get quota q -o jsonpath={.status.used.pods}", /0/);
    },
    [/exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1/],
  );

  sameOnBoth(
    "by a validating admission policy",
    async ({ run, until, quietly, namespace }) => {
      const name = `deny-${namespace}`;
      for (const object of policy(name, namespace)) await run("apply -f -", object);
      await until(
        ["get", "validatingadmissionpolicy", name, "-o", "jsonpath={.status.observedGeneration}"],
        /1/,
      );
      await denied(quietly);
      await run("run bad --image=busybox:1.36");
      await run("run good --image=nginx:1.27");
      await run("create deployment web --image=busybox");
      await until(failure, /ReplicaFailure/);
      await run(failure);
      await until(messages, /Warning/);
      await run(messages);
      await quietly(`delete validatingadmissionpolicybinding ${name}`);
      await quietly(`delete validatingadmissionpolicy ${name}`);
    },
    [
      /ValidatingAdmissionPolicy 'deny-NAMESPACE' with binding 'deny-NAMESPACE' denied request: busybox is not allowed/,
    ],
  );

  sameOnBoth(
    "by a LimitRange",
    async ({ run }) => {
      const limits = [{ type: "Container", max: { cpu: "1" }, default: { cpu: "500m" } }];
      await run("apply -f -", {
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: { name: "limits" },
        spec: { limits },
      });
      await run("apply -f -", pod("big", { limits: { cpu: "2" } }));
      await run("apply -f -", pod("small", {}));
      await run(
        "get pod small -o jsonpath={.spec.containers[0].resources}{.metadata.annotations.kubernetes\\.io/limit-ranger}",
      );
      await run("describe limitrange limits");
    },
    [/maximum cpu usage per Container is 1, but limit is 2/],
  );
});

/** A policy bites a moment after it is stored; this waits until it does. */
async function denied(
  quietly: (command: string, input?: unknown) => Promise<{ code: number }>,
): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { code } = await quietly("run probe --image=busybox --dry-run=server");
    if (code !== 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the policy has not bitten in 10 s");
}

function pod(name: string, resources: object): object {
  const spec = { containers: [{ name: "main", image: "nginx", resources }] };
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
}

function policy(name: string, namespace: string): object[] {
  const resourceRules = [
    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
  ];
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  return [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules, namespaceSelector },
        validations: [
          {
            expression: "object.spec.containers.all(c, !c.image.startsWith('busybox'))",
            message: "busybox is not allowed",
          },
        ],
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ];
}
