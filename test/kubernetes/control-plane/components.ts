import { join } from "node:path";

/** Where one control plane keeps its files and listens. */
export interface ControlPlaneLayout {
  folder: string;
  ports: { etcd: number; etcdPeer: number; apiserver: number; controllerManager: number; scheduler: number };
  kubeconfig: string;
  caFile: string;
  tokenFile: string;
  serviceAccountKey: string;
  /** Arguments of the API server that say where it listens, by which certificates, and whom it admits how. */
  apiserver: string[];
  /** Arguments that only the controller manager of this layout has. */
  controllerManager: string[];
}

/** Arguments of the single-member store; `--unsafe-no-fsync` because nothing here outlives a test. */
export function etcdArguments({ folder, ports }: ControlPlaneLayout): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
  ];
}

/** What an API server on loopback is told; a loopback address cannot be an endpoint, hence no endpoint reconciler. */
export function loopbackArguments(folder: string, clientAuthority: string): string[] {
  return [
    `--client-ca-file=${clientAuthority}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--cert-dir=${join(folder, "certificates")}`,
    "--authorization-mode=RBAC",
    "--endpoint-reconciler-type=none",
  ];
}

/** Arguments of the API server. */
export function apiserverArguments(layout: ControlPlaneLayout): string[] {
  return [
    ...layout.apiserver,
    `--etcd-servers=http://127.0.0.1:${layout.ports.etcd}`,
    `--secure-port=${layout.ports.apiserver}`,
    `--service-account-key-file=${layout.serviceAccountKey}`,
    `--service-account-signing-key-file=${layout.serviceAccountKey}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--token-auth-file=${layout.tokenFile}`,
    "--service-cluster-ip-range=10.96.0.0/16",
  ];
}

/** Arguments of the controller manager; without `--root-ca-file` no namespace gets its `kube-root-ca.crt`. */
export function controllerManagerArguments(layout: ControlPlaneLayout): string[] {
  return [
    ...layout.controllerManager,
    `--kubeconfig=${layout.kubeconfig}`,
    `--service-account-private-key-file=${layout.serviceAccountKey}`,
    `--root-ca-file=${layout.caFile}`,
    "--use-service-account-credentials=true",
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    `--secure-port=${layout.ports.controllerManager}`,
    `--cert-dir=${join(layout.folder, "controller-manager")}`,
  ];
}

/** Arguments of the scheduler. */
export function schedulerArguments(layout: ControlPlaneLayout): string[] {
  return [
    `--kubeconfig=${layout.kubeconfig}`,
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    `--secure-port=${layout.ports.scheduler}`,
    `--cert-dir=${join(layout.folder, "scheduler")}`,
  ];
}

/** Arguments of kwok, which plays the kubelet of every node with its built-in stages; leases keep the nodes ready. */
export function kwokArguments(layout: ControlPlaneLayout): string[] {
  return [`--kubeconfig=${layout.kubeconfig}`, "--manage-all-nodes=true", "--node-lease-duration-seconds=40"];
}
