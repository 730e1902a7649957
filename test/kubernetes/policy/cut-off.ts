import { type AddressInfo, connect, createServer, type Socket } from "node:net";

import { KubeConfig } from "../../../kubernetes/node/client-library.js";

/** A way to a cluster that can be cut and mended, at an address that stays. */
export interface CutOff {
  kubeConfig: KubeConfig;
  /** Nothing gets through, and what is open ends. */
  cut(): void;
  /** What is sent is taken and never answered, as on a network that drops packets. */
  silence(): void;
  mend(): void;
  close(): void;
}

/** Passes bytes on to the API server; TLS and credentials stay those of the cluster. */
export async function startCutOff(cluster: KubeConfig): Promise<CutOff> {
  const target = new URL(cluster.getCurrentCluster()?.server ?? "");
  const open = new Set<Socket>();
  let state: "open" | "cut" | "silent" = "open";
  const server = createServer((near) => {
    open.add(near);
    near.on("error", () => undefined);
    near.on("close", () => open.delete(near));
    if (state === "cut") near.destroy();
    if (state !== "open") return;
    const far = connect(Number(target.port || 443), target.hostname);
    open.add(far);
    far.on("error", () => near.destroy());
    far.on("close", () => {
      open.delete(far);
      near.destroy();
    });
    near.on("close", () => far.destroy());
    near.on("data", (bytes: Buffer) => (state === "silent" ? undefined : far.write(bytes)));
    far.on("data", (bytes: Buffer) => (state === "silent" ? undefined : near.write(bytes)));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const cutConnections = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    kubeConfig: throughPort(cluster, port),
    cut: () => {
      state = "cut";
      cutConnections();
    },
    silence: () => {
      state = "silent";
    },
    mend: () => {
      state = "open";
      // Bytes were lost, so that no connection of before is whole.
      cutConnections();
    },
    close: () => {
      cutConnections();
      server.close();
    },
  };
}

function throughPort(cluster: KubeConfig, port: number): KubeConfig {
  const { cluster: of, user } = { cluster: cluster.getCurrentCluster(), user: cluster.getCurrentUser() };
  if (!of || !user) throw new Error("the kubeconfig has no current cluster or user");
  const server = `https://127.0.0.1:${String(port)}`;
  const through = new KubeConfig();
  through.loadFromOptions({
    clusters: [{ ...of, server }],
    users: [user],
    contexts: [{ name: "through", cluster: of.name, user: user.name }],
    currentContext: "through",
  });
  return through;
}

/** The kubeconfig as a file holds it, with everything written out in it. */
export async function kubeconfigText(kubeConfig: KubeConfig): Promise<string> {
  const [cluster, user] = [kubeConfig.getCurrentCluster(), kubeConfig.getCurrentUser()];
  const options: { ca?: Buffer | string; cert?: Buffer | string; key?: Buffer | string } = {};
  await kubeConfig.applyToHTTPSOptions(options);
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "c", cluster: { server: cluster?.server, "certificate-authority-data": data(options.ca) } },
    ],
    users: [
      {
        name: "u",
        user: user?.token
          ? { token: user.token }
          : { "client-certificate-data": data(options.cert), "client-key-data": data(options.key) },
      },
    ],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}

function data(value: Buffer | string | undefined): string | undefined {
  return value && Buffer.from(value).toString("base64");
}
