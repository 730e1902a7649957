import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

export interface RoundRobin {
  port: number;
  /** Ports on loopback, asked one after the other. */
  targets: number[];
  close(): Promise<void>;
}

/** Hands each new connection to the next of several servers that takes it, as a Service of a cluster does; each is tried once. */
export async function startRoundRobin(): Promise<RoundRobin> {
  const targets: number[] = [];
  const sockets = new Set<Socket>();
  let next = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    join(socket, next++, targets.length);
  });
  const join = (socket: Socket, at: number, tries: number) => {
    const port = targets[at % targets.length];
    if (tries === 0 || port === undefined || socket.destroyed) return socket.destroy();
    const target = connect(port, "127.0.0.1");
    let isConnected = false;
    target.once("connect", () => {
      isConnected = true;
      socket.pipe(target);
      target.pipe(socket);
    });
    target.on("error", () => target.destroy());
    target.on("close", () => (isConnected ? socket.destroy() : join(socket, at + 1, tries - 1)));
    socket.on("close", () => target.destroy());
    return socket;
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    targets,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
