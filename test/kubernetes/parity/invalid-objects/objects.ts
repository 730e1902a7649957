/** Objects a real API server refuses, by kind and by what is wrong with them. */
export type InvalidObjects = Record<string, Record<string, object>>;

/** The functions below make objects that are right but for what they are given. */

export function kind(apiVersion: string, name: string) {
  return { apiVersion, kind: name, metadata: { name: "x" } };
}

export function pod(container: object, spec: object = {}): object {
  return {
    ...kind("v1", "Pod"),
    spec: { containers: [{ name: "main", image: "nginx", ...container }], ...spec },
  };
}

export function template(spec: object = {}): object {
  return {
    metadata: { labels: { app: "x" } },
    spec: { containers: [{ name: "main", image: "nginx" }], ...spec },
  };
}

export function deployment(spec: object): object {
  return {
    ...kind("apps/v1", "Deployment"),
    spec: { selector: { matchLabels: { app: "x" } }, template: template(), ...spec },
  };
}

export function set(name: string, spec: object): object {
  return {
    ...kind("apps/v1", name),
    spec: {
      ...(name === "StatefulSet" && { serviceName: "x" }),
      selector: { matchLabels: { app: "x" } },
      template: template(),
      ...spec,
    },
  };
}

export function job(spec: object): object {
  return { ...kind("batch/v1", "Job"), spec: { template: template({ restartPolicy: "Never" }), ...spec } };
}

export function cronJob(spec: object): object {
  const jobTemplate = { spec: { template: template({ restartPolicy: "Never" }) } };
  return { ...kind("batch/v1", "CronJob"), spec: { schedule: "* * * * *", jobTemplate, ...spec } };
}

export function service(spec: object): object {
  return { ...kind("v1", "Service"), spec: { ports: [{ port: 80 }], ...spec } };
}

export function claim(spec: object): object {
  const resources = { requests: { storage: "1Gi" } };
  return {
    ...kind("v1", "PersistentVolumeClaim"),
    spec: { accessModes: ["ReadWriteOnce"], resources, storageClassName: "", ...spec },
  };
}

export function volume(spec: object): object {
  return {
    ...kind("v1", "PersistentVolume"),
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], ...spec },
  };
}

export function budget(spec: object): object {
  return {
    ...kind("policy/v1", "PodDisruptionBudget"),
    spec: { selector: { matchLabels: { app: "x" } }, ...spec },
  };
}

export function autoscaler(spec: object): object {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "x" };
  return {
    ...kind("autoscaling/v2", "HorizontalPodAutoscaler"),
    spec: { scaleTargetRef, maxReplicas: 3, ...spec },
  };
}

export function path() {
  return { path: "/", pathType: "Prefix", backend: { service: { name: "a", port: { number: 80 } } } };
}

export function ingress(rules: object[], spec: object = {}): object {
  return { ...kind("networking.k8s.io/v1", "Ingress"), spec: { rules, ...spec } };
}

export function networkPolicy(spec: object): object {
  return { ...kind("networking.k8s.io/v1", "NetworkPolicy"), spec: { podSelector: {}, ...spec } };
}

export function roleRef() {
  return { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" };
}

export function definition(schema: object): object {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "things", kind: "Thing" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", ...schema } },
        },
      ],
    },
  };
}

/** A pod that mounts one volume. */
export function volumeOf(source: object, mount: object = {}): object {
  return pod(
    { volumeMounts: [{ name: "v", mountPath: "/v", ...mount }] },
    { volumes: [{ name: "v", ...source }] },
  );
}

export function withMetadata(object: object, metadata: object): object {
  return { ...object, metadata: { name: "x", ...metadata } };
}

export function configMap(content: object): object {
  return { ...kind("v1", "ConfigMap"), ...content };
}

export function secret(content: object): object {
  return { ...kind("v1", "Secret"), ...content };
}

export function serviceAccount(content: object): object {
  return { ...kind("v1", "ServiceAccount"), ...content };
}

export function limitRange(limit: object): object {
  return { ...kind("v1", "LimitRange"), spec: { limits: [limit] } };
}

export function quota(spec: object): object {
  return { ...kind("v1", "ResourceQuota"), spec };
}

export function endpointSlice(content: object): object {
  return {
    ...kind("discovery.k8s.io/v1", "EndpointSlice"),
    addressType: "IPv4",
    endpoints: [],
    ...content,
  };
}

export function lease(spec: object): object {
  return { ...kind("coordination.k8s.io/v1", "Lease"), spec };
}

/** A Job whose pods have the spec. */
export function jobOfPods(spec: object): object {
  const containers = [{ name: "main", image: "nginx" }];
  return job({ template: { spec: { restartPolicy: "Never", containers, ...spec } } });
}

/** An autoscaler that looks at one metric. */
export function measured(metric: object): object {
  return autoscaler({ metrics: [metric] });
}

export function role(rule: object): object {
  return { ...kind("rbac.authorization.k8s.io/v1", "Role"), rules: [rule] };
}

export function roleBinding(content: object): object {
  return {
    ...kind("rbac.authorization.k8s.io/v1", "RoleBinding"),
    roleRef: roleRef(),
    subjects: [{ kind: "User", name: "a", apiGroup: "rbac.authorization.k8s.io" }],
    ...content,
  };
}
