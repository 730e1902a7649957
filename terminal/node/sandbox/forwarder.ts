import { connect, createServer, isIP, type LookupFunction, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { parentPort } from "node:worker_threads";
import { isForbiddenAddress, plainAddress, type NetworkTarget } from "../../common/network-target.js";
import { NameLookup } from "./name-lookup.js";

/** What the agent tells the thread that stayed in the machine's own network. */
export type ForwarderRequest =
  | { type: "listen"; session: string; descriptor: number; target: NetworkTarget }
  | { type: "close"; session: string };

/**
 * Connections of one session at a time; kubectl and a browserful of tools need a dozen. With the two buffers of 64 KiB that Node keeps
 * per direction this also bounds what a session makes us hold: 32 MiB.
 */
const CONNECTIONS_PER_SESSION = 128;
const CONNECT_MS = 10_000;

interface Forwarding {
  servers: Set<Server>;
  sockets: Set<Socket>;
}

const sessions = new Map<string, Forwarding>();
const names = new NameLookup();

parentPort?.on("message", (request: ForwarderRequest) => {
  if (request.type === "listen") listen(request);
  else close(request.session);
});
parentPort?.postMessage("ready");

function listen({ session, descriptor, target }: Extract<ForwarderRequest, { type: "listen" }>): void {
  const forwarding = sessions.get(session) ?? { servers: new Set(), sockets: new Set() };
  sessions.set(session, forwarding);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    // Two sockets each: the learner's and the one to the target.
    if (forwarding.sockets.size >= 2 * CONNECTIONS_PER_SESSION) socket.destroy();
    else void forward(socket, target, forwarding);
  });
  server.on("error", (error) => process.stderr.write(`${session}: ${error.message}\n`));
  server.listen({ fd: descriptor });
  forwarding.servers.add(server);
}

function close(session: string): void {
  const forwarding = sessions.get(session);
  if (!forwarding) return;
  sessions.delete(session);
  for (const server of forwarding.servers) server.close();
  for (const socket of forwarding.sockets) socket.destroy();
}

async function forward(near: Socket, target: NetworkTarget, { sockets }: Forwarding): Promise<void> {
  keep(near, sockets);
  try {
    const host = target.of === "platform" ? target.host : await allowedAddress(target.host);
    if (near.destroyed) return;
    const far = connect({
      host,
      port: target.port,
      lookup: lookUpPlatform,
      autoSelectFamily: true,
      allowHalfOpen: true,
    });
    keep(far, sockets);
    far.setTimeout(CONNECT_MS, () => far.destroy());
    far.once("connect", () => {
      far.setTimeout(0);
      near.pipe(far);
      far.pipe(near);
    });
    far.once("close", (hadError) => hadError && near.resetAndDestroy());
    far.on("error", () => undefined);
    near.once("close", () => far.destroy());
  } catch {
    near.resetAndDestroy();
  }
}

function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}

/** Looks a name of the operator's own up for a connection, which tries one address after the other. */
const lookUpPlatform: LookupFunction = (host, _options, settle) => {
  names.trustedAddressesOf(host).then(
    (found) =>
      settle(
        null,
        found.map((address) => ({ address, family: isIP(address) })),
      ),
    (error: NodeJS.ErrnoException) => settle(error, []),
  );
};

/** The address is judged and then used, so that a name cannot lead elsewhere between the two. Throws where none may be reached. */
async function allowedAddress(host: string): Promise<string> {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => plainAddress(address)),
    ),
  );
  const found = await names.addressesOf(host);
  const allowed = found.find((address) => !isForbiddenAddress(address) && !own.has(plainAddress(address)));
  if (allowed !== undefined) return allowed;
  throw new Error(`${host} leads to no address that a lab may reach`);
}
