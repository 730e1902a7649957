import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../server/free-port.js";
import { ApiClient } from "./api-client.js";
import type { ControlPlaneLayout } from "./components.js";
import {
  apiserverArguments,
  controllerManagerArguments,
  etcdArguments,
  schedulerArguments,
} from "./components.js";
import type { ProcessGroup } from "./process-group.js";

const POLL_MS = 50;

/** A running Kubernetes API. */
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

/** Whom the API server knows by a token. */
export interface TokenUser {
  token: string;
  user: string;
  group?: string;
}

/** A cluster that is on its way up. */
export interface Startup {
  group: ProcessGroup;
  layout: ControlPlaneLayout;
  signal: AbortSignal;
}

/** Five ports that are free on this machine's loopback. */
export async function freePorts(): Promise<ControlPlaneLayout["ports"]> {
  return {
    etcd: await freePort(),
    etcdPeer: await freePort(),
    apiserver: await freePort(),
    controllerManager: await freePort(),
    scheduler: await freePort(),
  };
}

/** Writes the key of service accounts and the tokens that the layout names. */
export function writeSecrets(layout: ControlPlaneLayout, users: TokenUser[]): void {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(layout.serviceAccountKey, privateKey.export({ type: "pkcs1", format: "pem" }), {
    mode: 0o600,
  });
  const lines = users.map(({ token, user, group = "" }) => `${token},${user},${user},"${group}"\n`);
  writeFileSync(layout.tokenFile, lines.join(""), { mode: 0o600 });
}

/** Writes a kubeconfig for the bearer of a token. */
export function writeKubeconfig(path: string, url: string, caFile: string, token: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "real", cluster: { server: url, "certificate-authority": caFile } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "real", context: { cluster: "real", user: "admin" } }],
    "current-context": "real",
  };
  writeFileSync(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
}

/** Starts etcd, API server, controller manager and scheduler, and answers when the API is ready for pods. */
export async function startControlPlanePrograms(
  startup: Startup,
  binaries: string,
  token: string,
): Promise<ControlPlane> {
  const { group, layout } = startup;
  const url = `https://127.0.0.1:${layout.ports.apiserver}`;
  group.start(join(binaries, "etcd"), etcdArguments(layout));
  group.start(join(binaries, "kube-apiserver"), apiserverArguments(layout));
  await until(startup, "the API server's certificate", () => existsSync(layout.caFile));
  writeKubeconfig(layout.kubeconfig, url, layout.caFile, token);
  const client = new ApiClient({ url, ca: readFileSync(layout.caFile, "utf8"), token });
  await until(startup, "a ready API server", () => client.succeeds("/readyz"));
  group.start(join(binaries, "kube-controller-manager"), controllerManagerArguments(layout));
  group.start(join(binaries, "kube-scheduler"), schedulerArguments(layout));
  await until(startup, "a service account in the default namespace", () =>
    client.succeeds("/api/v1/namespaces/default/serviceaccounts/default"),
  );
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

/** Waits until the node says that it is ready for pods. */
export async function untilNodeIsReady(startup: Startup, client: ApiClient, name: string): Promise<void> {
  await until(startup, `a ready node ${name}`, async () => {
    if (!(await client.succeeds(`/api/v1/nodes/${name}`))) return false;
    const { status } = (await client.get(`/api/v1/nodes/${name}`)) as {
      status?: { conditions?: { type: string; status: string }[] };
    };
    return (
      status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ??
      false
    );
  });
}

/** Polls until `isReached`; throws with the log of a program that ended meanwhile, and when the startup's signal says so. */
export async function until(
  { group, signal }: Startup,
  what: string,
  isReached: () => boolean | Promise<boolean>,
): Promise<void> {
  while (!(await isReached())) {
    group.assertRunning();
    if (signal.aborted) {
      throw new Error(`the cluster did not come to ${what} in time`, { cause: signal.reason });
    }
    await sleep(POLL_MS);
  }
}
