import { describeParity, knownDifference, sameOnBoth } from "./both-clusters.js";

const NAME = "v1beta1.metrics.example.com";

describeParity("APIServices", () => {
  sameOnBoth(
    "say what is missing of the service they name",
    async ({ run, quietly, until, namespace }) => {
      await run("get apiservice v1.apps");
      await run("get apiservice v1. -o jsonpath={.spec}{.status.conditions[0].message}");
      await run("create -f -", apiService(namespace));
      await until(`get apiservice ${NAME}`, /ServiceNotFound/);
      await run([
        "get",
        "apiservice",
        NAME,
        "-o",
        "jsonpath={.spec.service.port}{.status.conditions[0].message}",
      ]);
      await run("api-resources --api-group=metrics.example.com");
      await run("get --raw /apis/metrics.example.com/v2");
      await quietly("create service clusterip metrics --tcp=80:80");
      await until(`get apiservice ${NAME}`, /ServicePortError/);
      await quietly("delete service metrics");
      await quietly("create service clusterip metrics --tcp=443:443");
      await until(`get apiservice ${NAME}`, /MissingEndpoints/);
      await run(["get", "apiservice", NAME, "-o", "jsonpath={.status.conditions[0].message}"]);
      await run("create -f -", apiService(namespace, { metadata: { name: "other" } }));
      await run("create -f -", apiService(namespace, { versionPriority: 2000, groupPriorityMinimum: 0 }));
      await quietly(`delete apiservice ${NAME}`);
      await run("get --raw /apis/metrics.example.com/v1beta1");
    },
    [/is not present/, /have no addresses with port name/, /must be positive and less than 20000/],
  );

  sameOnBoth(
    "come and go with the definitions of custom resources",
    async ({ run, quietly, until, namespace }) => {
      const group = `${namespace}.example.com`;
      const schema = { openAPIV3Schema: { type: "object" } };
      const versions = [{ name: "v1alpha2", served: true, storage: true, schema }];
      const names = { plural: "foos", kind: "Foo" };
      await quietly("create -f -", {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `foos.${group}` },
        spec: { group, scope: "Namespaced", names, versions },
      });
      await until(`get apiservice v1alpha2.${group}`, /True/);
      await run(`get apiservice v1alpha2.${group} -o jsonpath={.metadata.labels}{.spec}`);
      await quietly(`delete crd foos.${group}`);
      await until("get apiservice -o name", new RegExp(`^((?!v1alpha2.${group}).)*$`, "s"));
    },
    [/automanaged":"true"/],
  );

  knownDifference(
    "the embedded cluster says why an aggregated API does not answer",
    async ({ run, quietly, until, namespace }) => {
      await quietly("create -f -", apiService(namespace));
      await until(`get apiservice ${NAME}`, /ServiceNotFound/);
      await run("get --raw /apis/metrics.example.com/v1beta1/nodes");
      await quietly(`delete apiservice ${NAME}`);
    },
    { embedded: /passes no requests on to services/, real: /unable to handle the request\n/ },
  );
});

function apiService(
  namespace: string,
  { metadata = { name: NAME }, ...fields }: { metadata?: object; [field: string]: unknown } = {},
): object {
  const service = { name: "metrics", namespace };
  const common = { group: "metrics.example.com", version: "v1beta1", insecureSkipTLSVerify: true };
  return {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata,
    spec: { ...common, service, groupPriorityMinimum: 100, versionPriority: 100, ...fields },
  };
}
