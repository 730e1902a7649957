import { pod } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const containerCases: InvalidObjects = {
  Pod: {
    "mount of unknown volume": pod({ volumeMounts: [{ name: "w", mountPath: "/a" }] }),
    "container without name": pod({ name: "" }),
    "container name": pod({ name: "A_b" }),
    "container name too long": pod({ name: "a".repeat(64) }),
    "container without image": pod({ image: undefined }),
    "image with blanks": pod({ image: " nginx " }),
    "env name": pod({ env: [{ name: "a b=", value: "c" }] }),
    "env without name": pod({ env: [{ name: "", value: "c" }] }),
    "env field annotations": pod({
      env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.annotations['A b']" } } }],
    }),
    "env field empty": pod({ env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "" } } }] }),
    "env key": pod({ env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "a", key: "a b" } } }] }),
    "env secret without key": pod({
      env: [{ name: "A", valueFrom: { secretKeyRef: { name: "a", key: "" } } }],
    }),
    "env resource": pod({
      env: [{ name: "A", valueFrom: { resourceFieldRef: { resource: "limits.gpu" } } }],
    }),
    "env divisor": pod({
      env: [{ name: "A", valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "3m" } } }],
    }),
    "envFrom prefix": pod({ envFrom: [{ prefix: "a=b", configMapRef: { name: "a" } }] }),
    "envFrom both": pod({ envFrom: [{ secretRef: { name: "b" }, configMapRef: { name: "a" } }] }),
    "envFrom without name": pod({ envFrom: [{ configMapRef: { name: "" } }] }),
    "container port 0": pod({ ports: [{ containerPort: 0 }] }),
    "host port": pod({ ports: [{ containerPort: 80, hostPort: 70000 }] }),
    "host network port": pod({ ports: [{ containerPort: 80, hostPort: 81 }] }, { hostNetwork: true }),
    "host ports twice": pod({
      ports: [
        { containerPort: 80, hostPort: 81 },
        { containerPort: 82, hostPort: 81 },
      ],
    }),
    "http path and scheme": pod({ livenessProbe: { httpGet: { port: 80, scheme: "FTP", path: "" } } }),
    "http header": pod({
      livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: "a b", value: "c" }] } },
    }),
    "grpc port": pod({ livenessProbe: { grpc: { port: 0 } } }),
    "probe grace": pod({ readinessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 3 } }),
    "startup success": pod({ startupProbe: { tcpSocket: { port: 80 }, successThreshold: 3 } }),
    "lifecycle two": pod({ lifecycle: { postStart: { exec: { command: ["a"] }, httpGet: { port: 1 } } } }),
    "lifecycle sleep": pod({ lifecycle: { preStop: { sleep: { seconds: 100 } } } }),
    "termination path": pod({ terminationMessagePath: "", terminationMessagePolicy: "Never" }),
    "huge pages": pod({ resources: { requests: { "hugepages-2Mi": "4Mi" } } }),
    "extended request only": pod({ resources: { requests: { "example.com/gpu": "1" } } }),
    "extended differ": pod({
      resources: { requests: { "example.com/gpu": "1" }, limits: { "example.com/gpu": "2" } },
    }),
    "extended fraction": pod({ resources: { limits: { "example.com/gpu": "1.5" } } }),
    "storage request": pod({ resources: { requests: { storage: "1Gi" } } }),
    "cpu over limit": pod({ resources: { requests: { cpu: "2" }, limits: { cpu: "500m" } } }),
    "cpu quantity": pod({ resources: { requests: { cpu: "abc" } } }),
    "resize policy": pod({ resizePolicy: [{ resourceName: "gpu", restartPolicy: "Sometimes" }] }),
    "claims unknown": pod({ resources: { claims: [{ name: "a" }] } }),
    seccomp: pod({ securityContext: { seccompProfile: { type: "Localhost" } } }),
    apparmor: pod({
      securityContext: { appArmorProfile: { type: "RuntimeDefault", localhostProfile: "a" } },
    }),
    "proc mount": pod({ securityContext: { procMount: "What" } }),
    "os windows": pod({ securityContext: { runAsUser: 1 } }, { os: { name: "windows" } }),
    "restart policy rules": pod({
      restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [1] } }],
    }),
    "container restart policy": pod({ restartPolicy: "Sometimes" }),
    types: pod({ ports: [{ containerPort: "80" }] }),
    "types bool": pod({ env: [{ name: "A", value: 1 }] }),
  },
};
