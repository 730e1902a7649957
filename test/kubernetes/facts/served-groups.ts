/** The group-versions the embedded cluster serves, as `apiVersion` spells them, with the Go package of their types. */
export const servedGroupVersions: Readonly<Record<string, { module: string; package: string }>> = {
  v1: api("core/v1"),
  "admissionregistration.k8s.io/v1": api("admissionregistration/v1"),
  "apiextensions.k8s.io/v1": {
    module: "k8s.io/apiextensions-apiserver",
    package: "pkg/apis/apiextensions/v1",
  },
  "apiregistration.k8s.io/v1": { module: "k8s.io/kube-aggregator", package: "pkg/apis/apiregistration/v1" },
  "apps/v1": api("apps/v1"),
  "authentication.k8s.io/v1": api("authentication/v1"),
  "authorization.k8s.io/v1": api("authorization/v1"),
  "autoscaling/v1": api("autoscaling/v1"),
  "autoscaling/v2": api("autoscaling/v2"),
  "batch/v1": api("batch/v1"),
  "certificates.k8s.io/v1": api("certificates/v1"),
  "coordination.k8s.io/v1": api("coordination/v1"),
  "discovery.k8s.io/v1": api("discovery/v1"),
  "events.k8s.io/v1": api("events/v1"),
  "flowcontrol.apiserver.k8s.io/v1": api("flowcontrol/v1"),
  "networking.k8s.io/v1": api("networking/v1"),
  "node.k8s.io/v1": api("node/v1"),
  "policy/v1": api("policy/v1"),
  "rbac.authorization.k8s.io/v1": api("rbac/v1"),
  "resource.k8s.io/v1": api("resource/v1"),
  "scheduling.k8s.io/v1": api("scheduling/v1"),
  "storage.k8s.io/v1": api("storage/v1"),
};

/** Packages of apimachinery whose messages the served kinds are made of. */
export const sharedPackages = ["pkg/apis/meta/v1", "pkg/runtime", "pkg/api/resource", "pkg/util/intstr"].map(
  (path) => ({ module: "k8s.io/apimachinery", package: path }),
);

function api(path: string): { module: string; package: string } {
  return { module: "k8s.io/api", package: path };
}
