import { parseArgs } from "node:util";
import { SandboxRuntime } from "./sandbox-runtime.js";
import { serveRuntime } from "./serve-runtime.js";

/** The containers' process. Its mount namespace must be its own: what it mounts is nobody else's to see. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { socket: { type: "string" }, data: { type: "string" } } });
  const { socket, data } = values;
  if (socket === undefined || data === undefined) throw new Error("--socket PATH and --data DIR are needed");
  // Whoever started it may go away and close its terminal; the containers stay.
  process.on("SIGHUP", () => undefined);
  // The pods of everybody hang on this process: a fault in one is written down and must not end the others.
  process.on("uncaughtException", (error) => process.stderr.write(`${error.stack ?? String(error)}\n`));
  process.on("unhandledRejection", (error) => process.stderr.write(`${String(error)}\n`));
  const runtime = await SandboxRuntime.start({ dataDir: data });
  const stop = await serveRuntime(runtime, socket);
  let ending: Promise<void> | undefined;
  const end = (): void => {
    stop();
    ending ??= runtime.close().finally(() => process.exit(0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

main().catch((error: unknown) => {
  process.stderr.write(`the containers' process cannot start: ${String((error as Error).stack ?? error)}\n`);
  process.exit(1);
});
