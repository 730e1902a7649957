const resources = { cpu: "64", memory: "256Gi", "ephemeral-storage": "1Ti", pods: "500" };

/** The one node of a test control plane; kwok reports it ready and runs its pods. */
export const simulatedNode = {
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: "simulated",
    labels: {
      "kubernetes.io/hostname": "simulated",
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
    },
  },
  status: { capacity: resources, allocatable: resources },
};
