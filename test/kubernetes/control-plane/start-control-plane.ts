import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "./api-client.js";
import { controlPlaneBinaries } from "./binaries.js";
import type { ControlPlaneLayout } from "./components.js";
import {
  apiserverArguments,
  controllerManagerArguments,
  etcdArguments,
  kwokArguments,
  schedulerArguments,
} from "./components.js";
import { ProcessGroup } from "./process-group.js";
import { simulatedNode } from "./simulated-node.js";
import { withDeadline } from "../../../kubernetes/node/deadline.js";

const READY_DEADLINE_MS = 60_000;
const POLL_MS = 50;

/** A running Kubernetes with one simulated node. */
export interface ControlPlane {
  /** Path of a kubeconfig whose user is cluster-admin. */
  kubeconfig: string;
  url: string;
  caFile: string;
  token: string;
  /** Path of a kubectl of the same version. */
  kubectl: string;
  client: ApiClient;
  stop(): Promise<void>;
}

/** Builds (once) and starts a real control plane on loopback; throws with the log of the program that failed. */
export async function startControlPlane(options: { signal?: AbortSignal } = {}): Promise<ControlPlane> {
  const binaries = await controlPlaneBinaries(options);
  const group = new ProcessGroup(mkdtempSync(join(tmpdir(), "lectern-control-plane-")));
  try {
    return await withDeadline(READY_DEADLINE_MS, options.signal, (signal) =>
      startIn(group, binaries, signal),
    );
  } catch (error) {
    await group.stop();
    throw error;
  }
}

async function startIn(group: ProcessGroup, binaries: string, signal: AbortSignal): Promise<ControlPlane> {
  const token = randomBytes(24).toString("hex");
  const layout = await prepareFiles(group.folder, token);
  const url = `https://127.0.0.1:${layout.ports.apiserver}`;
  group.start(join(binaries, "etcd"), etcdArguments(layout));
  group.start(join(binaries, "kube-apiserver"), apiserverArguments(layout));
  await until(group, signal, "the API server's certificate", () => existsSync(layout.caFile));
  writeKubeconfig(layout, url, token);
  const client = new ApiClient({ url, ca: readFileSync(layout.caFile, "utf8"), token });
  await until(group, signal, "a ready API server", () => client.succeeds("/readyz"));
  group.start(join(binaries, "kube-controller-manager"), controllerManagerArguments(layout));
  group.start(join(binaries, "kube-scheduler"), schedulerArguments(layout));
  group.start(join(binaries, "kwok"), kwokArguments(layout));
  await client.create("/api/v1/nodes", simulatedNode);
  await until(group, signal, "a service account in the default namespace", () =>
    client.succeeds("/api/v1/namespaces/default/serviceaccounts/default"),
  );
  await until(group, signal, "a ready node", () => hasReadyNode(client));
  return {
    kubeconfig: layout.kubeconfig,
    url,
    caFile: layout.caFile,
    token,
    kubectl: join(binaries, "kubectl"),
    client,
    stop: () => {
      client.close();
      return group.stop();
    },
  };
}

async function prepareFiles(folder: string, token: string): Promise<ControlPlaneLayout> {
  const [etcd, etcdPeer, apiserver, controllerManager, scheduler] = await freePorts();
  const layout: ControlPlaneLayout = {
    folder,
    ports: { etcd, etcdPeer, apiserver, controllerManager, scheduler },
    kubeconfig: join(folder, "kubeconfig"),
    caFile: join(folder, "certificates", "apiserver.crt"),
    tokenFile: join(folder, "tokens.csv"),
    serviceAccountKey: join(folder, "service-account.key"),
  };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(layout.serviceAccountKey, privateKey.export({ type: "pkcs1", format: "pem" }), {
    mode: 0o600,
  });
  writeFileSync(layout.tokenFile, `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  return layout;
}

async function freePorts(): Promise<[number, number, number, number, number]> {
  const servers = [1, 2, 3, 4, 5].map(() => createServer());
  // All are held open at once, so that no two are the same.
  const ports = await Promise.all(servers.map(listen));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number, number, number];
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function writeKubeconfig(layout: ControlPlaneLayout, url: string, token: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "real", cluster: { server: url, "certificate-authority": layout.caFile } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "real", context: { cluster: "real", user: "admin" } }],
    "current-context": "real",
  };
  writeFileSync(layout.kubeconfig, JSON.stringify(config, undefined, 2), { mode: 0o600 });
}

async function hasReadyNode(client: ApiClient): Promise<boolean> {
  const node = await client.get(`/api/v1/nodes/${simulatedNode.metadata.name}`);
  const { status } = node as { status?: { conditions?: { type: string; status: string }[] } };
  return (
    status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ??
    false
  );
}

async function until(
  group: ProcessGroup,
  signal: AbortSignal,
  what: string,
  isReached: () => boolean | Promise<boolean>,
): Promise<void> {
  while (!(await isReached())) {
    group.assertRunning();
    if (signal.aborted) {
      throw new Error(`the control plane did not come to ${what} in ${READY_DEADLINE_MS / 1000} s`, {
        cause: signal.reason,
      });
    }
    await sleep(POLL_MS);
  }
}
