import { DNS_ADDRESS } from "./node-configuration.js";
import { DNS_IMAGE } from "./node-images.js";

const metadata = { name: "coredns", namespace: "kube-system" };
const labels = { "k8s-app": "kube-dns" };

/** The cluster's DNS, as kubeadm lays it out; names outside the cluster are not known to it, since there is nobody to ask. */
export const clusterDns: unknown[] = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "system:coredns" },
    rules: [
      {
        apiGroups: [""],
        resources: ["endpoints", "services", "pods", "namespaces"],
        verbs: ["list", "watch"],
      },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "system:coredns" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
    subjects: [{ kind: "ServiceAccount", ...metadata }],
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data: {
      Corefile: `.:53 {
  errors
  health
  ready
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
  }
  cache 5
}
`,
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace: "kube-system", labels },
    spec: {
      clusterIP: DNS_ADDRESS,
      selector: labels,
      ports: [
        { name: "dns", port: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, protocol: "TCP" },
      ],
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: metadata.name,
          dnsPolicy: "Default",
          containers: [
            {
              name: "coredns",
              image: DNS_IMAGE,
              args: ["-conf", "/etc/coredns/Corefile"],
              readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
              volumeMounts: [{ name: "configuration", mountPath: "/etc/coredns", readOnly: true }],
            },
          ],
          volumes: [{ name: "configuration", configMap: { name: metadata.name } }],
        },
      },
    },
  },
];
