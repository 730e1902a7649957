import { fileURLToPath } from "node:url";
import { builtPrograms } from "./go-programs.js";
import type { BuildOptions } from "./go-programs.js";

const KUBERNETES_VERSION = "1.35.4";

/** Where the Go modules of the control plane and of the node are. */
export const modulesFolder = fileURLToPath(new URL("../modules/", import.meta.url));

const versionFlags = [
  `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=35",
].join(" ");

const set = {
  cache: "kubernetes",
  modulesFolder,
  flags: ["-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${versionFlags}`],
};

const controlPlane = [
  { name: "etcd", module: "control-plane", main: "./cmd/etcd" },
  { name: "kube-apiserver", module: "control-plane", main: "./cmd/kube-apiserver" },
  { name: "kube-controller-manager", module: "control-plane", main: "./cmd/kube-controller-manager" },
  { name: "kube-scheduler", module: "control-plane", main: "./cmd/kube-scheduler" },
  { name: "kubectl", module: "control-plane", main: "./cmd/kubectl" },
  { name: "kwok", module: "kwok", main: "sigs.k8s.io/kwok/cmd/kwok" },
];

const node = [
  { name: "kubelet", module: "control-plane", main: "./cmd/kubelet" },
  { name: "kube-proxy", module: "control-plane", main: "./cmd/kube-proxy" },
  { name: "coredns", module: "coredns", main: "./cmd/coredns" },
  { name: "pause", module: "node", main: "./cmd/pause" },
  { name: "namespace-forward", module: "node", main: "./cmd/namespace-forward" },
  { name: "registry", module: "node", main: "./cmd/registry" },
];

/** The folder with the programs of a control plane and kubectl, as `builtPrograms` has it. */
export function controlPlaneBinaries(options: BuildOptions = {}): Promise<string> {
  return builtPrograms({ ...set, programs: controlPlane }, options);
}

/** The folder with what a node runs beside Debian's containerd: kubelet, kube-proxy, CoreDNS and small programs of ours. */
export function nodeBinaries(options: BuildOptions = {}): Promise<string> {
  return builtPrograms({ ...set, programs: node }, options);
}
