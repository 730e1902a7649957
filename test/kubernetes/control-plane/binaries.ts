import { fileURLToPath } from "node:url";
import { builtPrograms } from "./go-programs.js";
import type { BuildOptions } from "./go-programs.js";

const KUBERNETES_VERSION = "1.35.4";

/** Where the Go modules of the control plane are. */
export const modulesFolder = fileURLToPath(new URL("../modules/", import.meta.url));

const versionFlags = [
  `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=35",
].join(" ");

const flags = ["-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${versionFlags}`];

const programs = [
  { name: "etcd", module: "control-plane", main: "./cmd/etcd" },
  { name: "kube-apiserver", module: "control-plane", main: "./cmd/kube-apiserver" },
  { name: "kube-controller-manager", module: "control-plane", main: "./cmd/kube-controller-manager" },
  { name: "kube-scheduler", module: "control-plane", main: "./cmd/kube-scheduler" },
  { name: "kubectl", module: "control-plane", main: "./cmd/kubectl" },
  { name: "kwok", module: "kwok", main: "sigs.k8s.io/kwok/cmd/kwok" },
] as const;

/** The folder with the programs of a control plane and kubectl, as `builtPrograms` has it. */
export function controlPlaneBinaries(options: BuildOptions = {}): Promise<string> {
  return builtPrograms({ cache: "kubernetes", modulesFolder, flags, programs }, options);
}
