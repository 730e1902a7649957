import { describeParity, sameOnBoth } from "./both-clusters.js";

/** Fields with lists of values, formats and several paragraphs among their descriptions. */
const FIELDS = [
  "pods",
  "pod.spec.containers.livenessProbe",
  "pod.spec.containers.imagePullPolicy",
  "pod.spec.containers.resources.limits",
  "pod.spec.restartPolicy",
  "pod.status.phase",
  "configmap.binaryData",
  "service.spec.type",
  "service.spec.ports.targetPort",
  "deployment.spec.strategy.rollingUpdate.maxSurge",
  "statefulset.spec.updateStrategy",
  "cronjob.spec.concurrencyPolicy",
  "job.spec.podFailurePolicy.rules",
  "ingress.spec.rules.http.paths.pathType",
  "networkpolicy.spec.podSelector",
  "pvc.spec.accessModes",
  "storageclass.reclaimPolicy",
  "resourcequota.spec.scopeSelector",
  "role.rules",
  "hpa.spec.metrics",
  "poddisruptionbudget.spec.maxUnavailable",
  "validatingadmissionpolicy.spec.validations",
  "crd.spec.versions.schema.openAPIV3Schema.x-kubernetes-validations",
  "event.involvedObject",
  "lease.spec.renewTime",
  "node.status.conditions",
];
const RECURSIVE = ["pod.spec.volumes", "deployment", "customresourcedefinition.spec", "endpointslice"];

describeParity("explain", () => {
  sameOnBoth(
    "every field has the description of a real Kubernetes",
    async ({ run }) => {
      for (const field of FIELDS) await run(`explain ${field}`);
      for (const field of RECURSIVE) await run(`explain ${field} --recursive`);
      await run("explain pod.spec.nothing");
    },
    [/Possible enum values/, /field "nothing" does not exist/],
  );

  sameOnBoth(
    "clients that know but OpenAPI v2 read the same",
    async ({ run }) => {
      for (const field of [...FIELDS, "secret.type"])
        await run(`explain ${field} --output=plaintext-openapiv2`);
      await run("explain deployment.spec --recursive --output=plaintext-openapiv2");
    },
    [/Periodic probe of container liveness/],
  );

  sameOnBoth(
    "a custom kind is explained as it is defined, in both versions",
    async ({ run, quietly, until, namespace }) => {
      const group = `${namespace}.example`;
      await quietly("apply -f -", shirts(group));
      await quietly(`wait --for=condition=Established crd/shirts.${group}`);
      await until("explain shirts --output=plaintext-openapiv2", /Worn/);
      await until("explain shirts", /Worn/);
      for (const field of [
        "shirts",
        "shirt.spec",
        "shirt.spec.port",
        "shirt.spec.embedded",
        "shirt.metadata.labels",
      ]) {
        await run(`explain ${field}`);
        await run(`explain ${field} --output=plaintext-openapiv2`);
      }
      await run("explain shirts --recursive");
      await quietly(`delete crd shirts.${group}`);
    },
    [/How large it is/, /requests to. Cannot be updated/],
  );
});

function shirts(group: string): object {
  const spec = {
    type: "object",
    required: ["size"],
    properties: {
      size: { type: "string", enum: ["S", "M"], default: "M", description: "How large it is." },
      port: { "x-kubernetes-int-or-string": true },
      perhaps: { type: "object", nullable: true, properties: { a: { type: "string" } } },
      anything: { "x-kubernetes-preserve-unknown-fields": true },
      embedded: {
        type: "object",
        "x-kubernetes-embedded-resource": true,
        "x-kubernetes-preserve-unknown-fields": true,
      },
      counts: { type: "object", additionalProperties: { type: "integer", format: "int64" } },
    },
  };
  const schema = { openAPIV3Schema: { type: "object", description: "Worn.", properties: { spec } } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `shirts.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "shirts", singular: "shirt", kind: "Shirt" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}
