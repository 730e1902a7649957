import { spawn } from "node:child_process";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { wettyFolder } from "./wetty.js";
import { serve } from "./serving.js";

/** Wetty as it comes from npm, with a shell instead of a login. */
const port = await freePort();
const program = join(wettyFolder, "node_modules", "wetty", "build", "main.js");
const child = spawn(
  process.execPath,
  [program, "--host", "127.0.0.1", "--port", String(port), "--command", "bash --norc"],
  {
    stdio: ["ignore", "ignore", "inherit"],
  },
);
await serve(() => Promise.resolve(`http://127.0.0.1:${port}`));
process.on("SIGTERM", () => {
  child.once("exit", () => process.exit(0));
  child.kill("SIGTERM");
});
