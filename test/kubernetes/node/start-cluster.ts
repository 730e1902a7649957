import { withDeadline } from "../../../kubernetes/node/deadline.js";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { controlPlaneBinaries, nodeBinaries } from "../control-plane/binaries.js";
import type { ControlPlaneLayout } from "../control-plane/components.js";
import {
  type ControlPlane,
  type Startup,
  type TokenUser,
  freePorts,
  startControlPlanePrograms,
  until,
  untilNodeIsReady,
  writeKubeconfig,
  writeSecrets,
} from "../control-plane/control-plane-programs.js";
import { ProcessGroup } from "../control-plane/process-group.js";
import { runProgram } from "../control-plane/run-program.js";
import { type CertificateFiles, makeCertificates } from "./certificates.js";
import { clusterDns } from "./cluster-dns.js";
import { NODE_NAME, REGISTRY_ADDRESS, configureNode, containerdSocket } from "./node-configuration.js";
import { importNodeImages } from "./node-images.js";
import { NODE_ADDRESS, type NodeNamespaces, startNodeNamespaces } from "./node-namespaces.js";

const READY_DEADLINE_MS = 180_000;

/** A running Kubernetes with one real node, in namespaces of its own. */
export interface Cluster extends ControlPlane {
  node: NodeNamespaces;
}

/**
 * Builds (once) and starts a control plane and a node, all on this machine and without changing it. Its API answers on this
 * machine's loopback. Throws with the log of the program that failed.
 */
export async function startCluster(options: { signal?: AbortSignal } = {}): Promise<Cluster> {
  const binaries = { controlPlane: await controlPlaneBinaries(options), node: await nodeBinaries(options) };
  const held = await startNodeNamespaces(binaries.node);
  const node = held.namespaces;
  const group = new ProcessGroup(node.identity.folder, (program, args) => node.inside(program, args));
  const stop = async (): Promise<void> => {
    // The programs end with their process namespace, which spares each its own long farewell.
    await held.stop();
    await group.stop();
  };
  try {
    return await withDeadline(READY_DEADLINE_MS, options.signal, (signal) =>
      startIn({ node, group, binaries, signal, stop }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Starting {
  node: NodeNamespaces;
  group: ProcessGroup;
  binaries: { controlPlane: string; node: string };
  signal: AbortSignal;
  stop: () => Promise<void>;
}

async function startIn({ node, group, binaries, signal, stop }: Starting): Promise<Cluster> {
  const { folder, cgroup } = node.identity;
  const certificates = await makeCertificates(folder);
  const ports = await freePorts();
  const layout = clusterLayout(folder, ports, certificates);
  const users = {
    admin: user("admin", "system:masters"),
    kubelet: user(`system:node:${NODE_NAME}`, "system:nodes"),
    "kube-proxy": user("system:kube-proxy"),
  };
  writeSecrets(layout, Object.values(users));
  const url = `https://127.0.0.1:${ports.apiserver}`;
  for (const name of ["kubelet", "kube-proxy"] as const)
    writeKubeconfig(join(folder, `${name}.kubeconfig`), url, certificates.ca, users[name].token);
  // The port is the same inside and outside, so that one kubeconfig serves both.
  const api = await node.forward(`127.0.0.1:${ports.apiserver}`, ports.apiserver);

  const startup: Startup = { group, layout, signal };
  const words = configureNode({
    folder,
    cgroup,
    caFile: certificates.ca,
    kubeletCertificate: certificates.kubelet,
    kubeletKey: certificates.kubeletKey,
  });
  group.start("containerd", words.containerd);
  group.start(join(binaries.node, "registry"), [REGISTRY_ADDRESS, join(folder, "registry")]);
  const images = until(startup, "a running containerd", () => existsSync(containerdSocket(folder))).then(() =>
    importNodeImages(node),
  );
  const [controlPlane] = await Promise.all([
    startControlPlanePrograms(startup, binaries.controlPlane, users.admin.token),
    images,
  ]);
  for (const name of ["kubelet", "kube-proxy"] as const) group.start(join(binaries.node, name), words[name]);
  const dns = join(folder, "dns.json");
  writeFileSync(dns, JSON.stringify({ apiVersion: "v1", kind: "List", items: clusterDns }));
  await runProgram(controlPlane.kubectl, ["--kubeconfig", layout.kubeconfig, "apply", "--filename", dns]);
  await untilNodeIsReady(startup, controlPlane.client, NODE_NAME);
  return {
    ...controlPlane,
    node,
    stop: async () => {
      controlPlane.client.close();
      await api.close();
      await stop();
    },
  };
}

function user(name: string, group?: string): TokenUser {
  return { token: randomBytes(24).toString("hex"), user: name, ...(group === undefined ? {} : { group }) };
}

function clusterLayout(
  folder: string,
  ports: ControlPlaneLayout["ports"],
  certificates: CertificateFiles,
): ControlPlaneLayout {
  return {
    folder,
    ports,
    kubeconfig: join(folder, "kubeconfig"),
    caFile: certificates.ca,
    tokenFile: join(folder, "tokens.csv"),
    serviceAccountKey: join(folder, "service-account.key"),
    apiserver: [
      "--bind-address=0.0.0.0",
      `--advertise-address=${NODE_ADDRESS}`,
      `--tls-cert-file=${certificates.apiserver}`,
      `--tls-private-key-file=${certificates.apiserverKey}`,
      `--client-ca-file=${certificates.ca}`,
      `--kubelet-certificate-authority=${certificates.ca}`,
      `--kubelet-client-certificate=${certificates.kubeletClient}`,
      `--kubelet-client-key=${certificates.kubeletClientKey}`,
      "--kubelet-preferred-address-types=InternalIP",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged=true",
    ],
    controllerManager: [
      `--cluster-signing-cert-file=${certificates.ca}`,
      `--cluster-signing-key-file=${certificates.caKey}`,
    ],
  };
}
