import { spawn } from "node:child_process";
import { freePort } from "./free-port.js";
import { serve } from "./serving.js";

/** The `ttyd` of this machine. */
const port = await freePort();
const child = spawn("ttyd", ["-i", "127.0.0.1", "-p", String(port), "-W", "bash", "--norc"], {
  stdio: ["ignore", "ignore", "ignore"],
});
await serve(() => Promise.resolve(`ws://127.0.0.1:${port}/ws`));
process.on("SIGTERM", () => {
  child.once("exit", () => process.exit(0));
  child.kill("SIGTERM");
});
