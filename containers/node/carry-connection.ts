import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How often a client is asked for of which nothing is read. */
const LOOK_MS = 1000;
const NOTHING = Buffer.alloc(0);

/** Carries bytes between a client and a port of a pod, each side of which may end before the other, until both have ended or one is gone. */
export function carryConnection(client: Socket, inside: Duplex): void {
  // Whoever asked may have gone while the port was dialled, and none of that is told again.
  if (client.destroyed) return void inside.destroy();
  const end = (): void => {
    inside.destroy();
    client.destroy();
  };
  inside.on("error", end);
  inside.once("close", () => client.destroySoon());
  client.on("error", end);
  client.once("close", () => inside.destroy());
  endWhenGone(client);
  client.pipe(inside).pipe(client);
}

/**
 * A client that has gone looks like one that has ended its side until something is written to it, and like any other while it is not read
 * since the port takes no more; a port may never write again.
 */
function endWhenGone(client: Socket): void {
  const timer = setInterval(() => {
    const isRead = !client.readableEnded && !client.isPaused();
    // What waits to be written tells the same.
    if (!isRead && client.writable && client.writableLength === 0) client.write(NOTHING);
  }, LOOK_MS);
  client.once("close", () => clearInterval(timer));
}
