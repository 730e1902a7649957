import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NODE_ADDRESS } from "./node-namespaces.js";

/** What the node is called in its cluster. */
export const NODE_NAME = "node-1";
/** Addresses of pods. */
const POD_RANGE = "10.88.0.0/16";
/** Address of the Service of the cluster's DNS, where the kubelet sends every pod. */
export const DNS_ADDRESS = "10.96.0.10";
/** The registry of the node, which every image name leads to. */
export const REGISTRY_ADDRESS = "127.0.0.1:5000";
/** The image that holds the namespaces of a pod. */
export const PAUSE_IMAGE = "pause:1";

/** Files of one node, all in its folder. */
export interface NodeFiles {
  folder: string;
  cgroup: string;
  caFile: string;
  kubeletCertificate: string;
  kubeletKey: string;
}

/** The socket of containerd. */
export function containerdSocket(folder: string): string {
  return join(folder, "containerd.sock");
}

/** Writes what the programs of the node read, and returns the arguments of each. */
export function configureNode(files: NodeFiles): Record<"containerd" | "kubelet" | "kube-proxy", string[]> {
  const { folder } = files;
  const write = (name: string, content: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  write("cni/10-pods.conflist", JSON.stringify(podNetwork(folder), undefined, 2));
  const registry = `"http://${REGISTRY_ADDRESS}"`;
  // containerd 1.6 takes a server only where a host is named as well.
  write(
    "registries/_default/hosts.toml",
    `server = ${registry}\n[host.${registry}]\n  capabilities = ["pull", "resolve"]\n`,
  );
  return {
    containerd: ["--config", write("containerd.toml", containerdConfiguration(folder))],
    kubelet: [
      "--config",
      write("kubelet.json", JSON.stringify(kubeletConfiguration(files), undefined, 2)),
      `--kubeconfig=${join(folder, "kubelet.kubeconfig")}`,
      `--root-dir=${join(folder, "kubelet")}`,
      `--cert-dir=${join(folder, "kubelet-certificates")}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_ADDRESS}`,
    ],
    "kube-proxy": [
      "--config",
      write("kube-proxy.json", JSON.stringify(proxyConfiguration(folder), undefined, 2)),
    ],
  };
}

/** A routed pair of interfaces for each pod, as kind has them, so that all of a pod's packets pass the node's packet filter. */
function podNetwork(folder: string): unknown {
  return {
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "ptp",
        ipam: {
          type: "host-local",
          dataDir: join(folder, "addresses"),
          ranges: [[{ subnet: POD_RANGE }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

function containerdConfiguration(folder: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${folder}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${containerdSocket(folder)}"
[${cri}]
  sandbox_image = "${PAUSE_IMAGE}"
  # Without the right to raise priorities, which some containers lack in which this runs, every pod would fail.
  restrict_oom_score_adj = true
  disable_apparmor = true
[${cri}.cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${folder}/cni"
[${cri}.containerd]
  snapshotter = "overlayfs"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
[${cri}.registry]
  config_path = "${folder}/registries"
`;
}

function kubeletConfiguration({
  folder,
  cgroup,
  caFile,
  kubeletCertificate,
  kubeletKey,
}: NodeFiles): unknown {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: NODE_ADDRESS,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: caFile },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: kubeletCertificate,
    tlsPrivateKeyFile: kubeletKey,
    containerRuntimeEndpoint: `unix://${containerdSocket(folder)}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: cgroup,
    failCgroupV1: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: "cluster.local",
    resolvConf: "",
    podLogsDir: join(folder, "logs"),
    volumePluginDir: join(folder, "volume-plugins"),
    serializeImagePulls: false,
    maxPods: 200,
    makeIPTablesUtilChains: true,
    // The disk is the machine's, and how full that is must not decide a test.
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
    },
    imageGCHighThresholdPercent: 100,
    // A test waits for what is noticed so; the default is a minute.
    syncFrequency: "10s",
    volumeStatsAggPeriod: "5s",
    logging: { verbosity: 2 },
  };
}

function proxyConfiguration(folder: string): unknown {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    clientConnection: { kubeconfig: join(folder, "kube-proxy.kubeconfig") },
    clusterCIDR: POD_RANGE,
    hostnameOverride: NODE_NAME,
    // These limits are the machine's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
}
