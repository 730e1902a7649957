import { pod } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const podCases: InvalidObjects = {
  Pod: {
    "no containers": pod({}, { containers: [] }),
    "empty probe": pod({ livenessProbe: {} }),
    "two handlers": pod({ livenessProbe: { httpGet: { port: 80 }, tcpSocket: { port: 80 } } }),
    "successThreshold of a liveness probe": pod({
      livenessProbe: { exec: { command: ["a"] }, successThreshold: 2 },
    }),
    "negative probe times": pod({
      readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: -1, timeoutSeconds: -2 },
    }),
    "probe without command": pod({ readinessProbe: { exec: {} } }),
    "probe port out of range": pod({ readinessProbe: { httpGet: { port: 70_000 } } }),
    "probe port name": pod({ readinessProbe: { httpGet: { port: "not_a_port" } } }),
    "overlong port name": pod({ ports: [{ name: "a-very-long-port-name", containerPort: 80 }] }),
    "port name without a letter": pod({ ports: [{ name: "123", containerPort: 80 }] }),
    "port out of range": pod({ ports: [{ containerPort: 70_000 }] }),
    "port twice": pod({
      ports: [
        { name: "a", containerPort: 80 },
        { name: "a", containerPort: 81 },
      ],
    }),
    "wrong protocol": pod({ ports: [{ containerPort: 80, protocol: "ICMP" }] }),
    "empty emptyDir and secret": pod(
      {},
      { volumes: [{ name: "v", emptyDir: {}, secret: { secretName: "x" } }] },
    ),
    "volume without name": pod({}, { volumes: [{ emptyDir: {} }] }),
    "config map volume without name": pod({}, { volumes: [{ name: "v", configMap: {} }] }),
    "secret volume without name": pod({}, { volumes: [{ name: "v", secret: {} }] }),
    "claim volume without name": pod(
      {},
      { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "" } }] },
    ),
    "hostPath without path": pod({}, { volumes: [{ name: "v", hostPath: { path: "" } }] }),
    "hostPath type": pod({}, { volumes: [{ name: "v", hostPath: { path: "/a", type: "What" } }] }),
    "mount twice": pod(
      {
        volumeMounts: [
          { name: "v", mountPath: "/a" },
          { name: "v", mountPath: "/a" },
        ],
      },
      { volumes: [{ name: "v", emptyDir: {} }] },
    ),
    "mount without path": pod(
      { volumeMounts: [{ name: "v", mountPath: "" }] },
      { volumes: [{ name: "v", emptyDir: {} }] },
    ),
    "absolute subPath": pod(
      { volumeMounts: [{ name: "v", mountPath: "/a", subPath: "/b" }] },
      { volumes: [{ name: "v", emptyDir: {} }] },
    ),
    "env value and source": pod({
      env: [{ name: "A", value: "b", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    }),
    "env source empty": pod({ env: [{ name: "A", valueFrom: {} }] }),
    "env field unknown": pod({
      env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.nothing" } } }],
    }),
    "env two sources": pod({
      env: [
        {
          name: "A",
          valueFrom: { fieldRef: { fieldPath: "metadata.name" }, configMapKeyRef: { name: "a", key: "b" } },
        },
      ],
    }),
    "envFrom empty": pod({ envFrom: [{}] }),
    "resource name": pod({ resources: { limits: { what: "1" } } }),
    "negative request": pod({ resources: { requests: { cpu: "-1" } } }),
    "request over limit": pod({ resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } }),
    "pull policy": pod({ imagePullPolicy: "Sometimes" }),
    "restart policy": pod({}, { restartPolicy: "Maybe" }),
    "dns policy": pod({}, { dnsPolicy: "Mine" }),
    "dns policy None without servers": pod({}, { dnsPolicy: "None" }),
    "zero deadline": pod({}, { activeDeadlineSeconds: 0 }),
    "negative grace": pod({}, { terminationGracePeriodSeconds: -1 }),
    "node selector": pod({}, { nodeSelector: { "a b": "c" } }),
    "bad toleration": pod({}, { tolerations: [{ key: "a", operator: "Exists", value: "b" }] }),
    "toleration without key": pod({}, { tolerations: [{ operator: "Equal", value: "b" }] }),
    "toleration operator": pod({}, { tolerations: [{ key: "a", operator: "Like" }] }),
    "toleration seconds": pod(
      {},
      { tolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 3 }] },
    ),
    "host alias": pod({}, { hostAliases: [{ ip: "1.2.3", hostnames: ["a_b"] }] }),
    hostname: pod({}, { hostname: "a.b" }),
    "lifecycle empty": pod({ lifecycle: { preStop: {} } }),
    "sidecar policy": pod({}, { initContainers: [{ name: "i", image: "i", restartPolicy: "Sometimes" }] }),
    "init container with probe": pod(
      {},
      { initContainers: [{ name: "i", image: "i", readinessProbe: { tcpSocket: { port: 1 } } }] },
    ),
    "same name as init container": pod({}, { initContainers: [{ name: "main", image: "i" }] }),
    "affinity operator": pod(
      {},
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Like", values: ["b"] }] }],
            },
          },
        },
      },
    ),
    "affinity values": pod(
      {},
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "In" }] }],
            },
          },
        },
      },
    ),
    "anti-affinity without topology": pod(
      {},
      {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {}, topologyKey: "" }],
          },
        },
      },
    ),
    spread: pod(
      {},
      { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: "", whenUnsatisfiable: "DoNotSchedule" }] },
    ),
    "negative user": pod({ securityContext: { runAsUser: -1 } }),
    "scheduling gate": pod({}, { schedulingGates: [{ name: "a b" }] }),
    finalizer: { ...pod({}), metadata: { name: "x", finalizers: ["keep"] } },
    name: { ...pod({}), metadata: { name: "A_b" } },
  },
};
