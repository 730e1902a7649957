import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dialUnixSocket } from "../../terminal/node/dial-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import { createTerminalGateway } from "../../terminal/node/gateway.js";
import { createTicketStore } from "../../terminal/node/tickets.js";
import { serve } from "./serving.js";

/** The product's way: the terminal host as its own process, recording and confining, and the gateway before it. */
const folder = mkdtempSync(join(tmpdir(), "lectern-bench-"));
chmodSync(folder, 0o711);
const socketPath = join(folder, "run", "host.sock");
const dial = dialUnixSocket(socketPath);
const main = fileURLToPath(new URL("../../dist/terminal/node/main.js", import.meta.url));
const unconfined = process.getuid?.() === 0 ? [] : ["--allow-unconfined"];
const child = spawn(
  process.execPath,
  [main, "--socket", socketPath, "--data", join(folder, "data"), ...unconfined],
  {
    stdio: ["ignore", "ignore", "inherit"],
  },
);
const host = await connectTerminalHost({ dial });
const tickets = createTicketStore();
const prepared = new Set<string>();
let origin = "";
const gateway = createTerminalGateway({
  dial,
  tickets,
  logger: { warn: () => undefined },
  reauthorise: () => true,
});
const server = await serve(async (name, own) => {
  origin = own;
  const address = { session: name, terminal: "1" };
  if (!prepared.has(name)) await host.prepare(name, { files: [] });
  prepared.add(name);
  await host.open(address, { env: {} });
  const ticket = tickets.issue({ address, user: "bench", readOnly: false });
  return `${own.replace("http", "ws")}/${name}/1?ticket=${ticket}`;
});
server.on("upgrade", (request, socket, head) => {
  const [, session = "", terminal = ""] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
  gateway.handleUpgrade(request, socket, head, { address: { session, terminal }, user: "bench", origin });
});
process.on("SIGTERM", () => {
  gateway.close();
  child.once("exit", () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(0);
  });
  child.kill("SIGTERM");
});
