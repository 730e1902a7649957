import { describeParity, knownDifference, sameOnBoth } from "./both-clusters.js";

describeParity("kinds nobody asks for every day", () => {
  sameOnBoth(
    "are all served",
    async ({ run }) => {
      await run("api-resources --sort-by=name -o wide");
      await run("api-versions");
    },
    [/flowschemas/, /resourceclaims/, /componentstatuses/],
  );

  sameOnBoth(
    "of flow control begin with those every cluster has",
    async ({ run, until }) => {
      await until("get flowschemas", /catch-all.*False/);
      await run("get flowschemas");
      await run("get prioritylevelconfigurations");
      await run("get flowschema service-accounts -o jsonpath={.spec}{.status.conditions[*].message}");
      await run("get prioritylevelconfiguration exempt -o jsonpath={.metadata.annotations}{.spec}");
    },
    [/system-leader-election/, /workload-high/],
  );

  sameOnBoth(
    "of flow control are judged",
    async ({ run, quietly, until, namespace }) => {
      await run("create -f -", flowSchema(namespace, { priorityLevelConfiguration: { name: "none" } }));
      await until(`get flowschema ${namespace}`, /True/);
      await run(`get flowschema ${namespace}`);
      await run(`get flowschema ${namespace} -o jsonpath={.status.conditions[0].message}`);
      await quietly(`delete flowschema ${namespace}`);
      await run("create -f -", flowSchema(namespace, { matchingPrecedence: 1 }));
      await run("create -f -", flowSchema(namespace, { matchingPrecedence: 10_001 }));
      await run("create -f -", flowSchema(namespace, { rules: [{ subjects: [] }] }));
      await run("create -f -", priorityLevel(namespace, { type: "Limited" }));
      await run("create -f -", priorityLevel(namespace, { type: "Exempt", exempt: {} }));
      const limited = { limitResponse: { type: "Queue", queuing: {} } };
      await run("create -f -", priorityLevel(namespace, { type: "Limited", limited }));
      await run(`get prioritylevelconfiguration ${namespace}`);
      await quietly(`delete prioritylevelconfiguration ${namespace}`);
    },
    [/but there is no such object/, /only the schema named 'exempt'/, /must be 'Exempt' if and only if/],
  );

  sameOnBoth(
    "of dynamic resource allocation are empty, and hold what is put into them",
    async ({ run, quietly, namespace }) => {
      for (const resource of [
        "deviceclasses",
        "resourceclaims",
        "resourceclaimtemplates",
        "resourceslices",
      ]) {
        await run(`get ${resource}`);
      }
      const request = { name: "gpu", exactly: { deviceClassName: "gpu.example.com" } };
      await run("create -f -", {
        apiVersion: "resource.k8s.io/v1",
        kind: "ResourceClaim",
        metadata: { name: "gpu" },
        spec: { devices: { requests: [request] } },
      });
      await run("get resourceclaims");
      await run("get resourceclaim gpu -o jsonpath={.spec}{.status}");
      await run("create -f -", {
        apiVersion: "resource.k8s.io/v1",
        kind: "DeviceClass",
        metadata: { name: `${namespace}.example.com` },
        spec: {},
      });
      await run(`get deviceclass ${namespace}.example.com`);
      await quietly(`delete deviceclass ${namespace}.example.com`);
    },
    [/No resources found/, /pending/],
  );

  knownDifference(
    "the parts of the embedded cluster are as well as whoever answers, those of the real one listen at other ports here",
    async ({ run }) => {
      await run("get componentstatuses");
    },
    {
      embedded: /scheduler +Healthy +ok\nWarning: v1 ComponentStatus is deprecated in v1.19\+/,
      real: /etcd-0/,
    },
  );
});

function flowSchema(name: string, spec: object): object {
  return {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "FlowSchema",
    metadata: { name },
    spec: { priorityLevelConfiguration: { name: "global-default" }, ...spec },
  };
}

function priorityLevel(name: string, spec: object): object {
  return {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "PriorityLevelConfiguration",
    metadata: { name },
    spec,
  };
}
