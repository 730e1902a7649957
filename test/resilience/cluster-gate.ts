import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { parse, stringify } from "yaml";

/** The way to an API server, which a test can close: to whoever calls, the server is gone then. */
export interface ClusterGate {
  /** Path of a kubeconfig that leads through it. */
  kubeconfig: string;
  /** Breaks every connection, and each new one at once. */
  shut(): void;
  /** How many callers there are. */
  callers(): number;
  open(): void;
  close(): Promise<void>;
}

interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
}

/** Stands in front of the API server of a kubeconfig, and writes one of its own to `file`. */
export async function startClusterGate(kubeconfig: string, file: string): Promise<ClusterGate> {
  const config = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const target = new URL(config.clusters[0]?.cluster.server ?? "");
  const sockets = new Set<Socket>();
  const callers = new Set<Socket>();
  let isShut = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((caller) => {
    if (isShut) return void caller.on("error", () => undefined).destroy();
    const there = keep(connect(Number(target.port), target.hostname));
    keep(caller).pipe(there).pipe(caller);
    callers.add(caller);
    caller.on("close", () => {
      callers.delete(caller);
      there.destroy();
    });
    there.on("close", () => caller.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${String(port)}`;
  writeFileSync(file, stringify(config), { mode: 0o600 });
  const shut = () => {
    isShut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig: file,
    shut,
    callers: () => callers.size,
    open: () => {
      isShut = false;
    },
    close: async () => {
      shut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
