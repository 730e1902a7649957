import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** How finely stalls of the event loop are seen. */
const RESOLUTION_MS = 5;

/**
 * The side of a measured server that the client speaks to: `GET /open?name=N` makes a terminal and answers with its WebSocket
 * address, `GET /stall` with the longest time its event loop stood since the last asking, in ms.
 */
export async function serve(open: (name: string, origin: string) => Promise<string>): Promise<Server> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", originOf(server));
    if (url.pathname === "/stall") {
      const longest = delays.max / 1e6 - RESOLUTION_MS;
      delays.reset();
      return void response.end(String(longest));
    }
    open(url.searchParams.get("name") ?? "", originOf(server)).then(
      (address) => response.end(address),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.stdout.write(`${JSON.stringify({ url: originOf(server), pid: process.pid })}\n`);
  // Whoever measures holds this end; without it nothing is left running.
  process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
  return server;
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
