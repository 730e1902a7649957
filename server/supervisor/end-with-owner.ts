import { isMainThread } from "node:worker_threads";
import { hasLivingOwner } from "./owner-file.js";
import { dropUnwritableOutput } from "./standard-output.js";

// Threads of the process load this file as well, and what they print goes through the main one.
if (isMainThread)
  dropUnwritableOutput(({ lines, bytes, reason }) =>
    JSON.stringify({
      level: "warn",
      time: new Date().toISOString(),
      process: process.pid,
      msg: `${String(lines)} log lines (${String(bytes)} bytes) were lost: ${reason}`,
    }),
  );

/**
 * Loaded before the entry of every supervised process. When the supervisor dies without saying good-bye the channel to it
 * closes. A process that may be taken over then waits for another supervisor to write itself down as its owner; the others, and
 * those nobody takes over, end as if they had been asked to. Nothing is left running that nobody owns.
 */
const GRACE_MS = 30_000;
const LOOK_MS = 500;

/** Where the owner is written down, for a process that may be taken over: in the address this file is loaded by. */
const ownerFile = new URL(import.meta.url).searchParams.get("owner");

process.once("disconnect", () => {
  if (ownerFile === null) end();
  else waitForOwner(ownerFile);
});
// Listening must not keep a process alive that has nothing else to do.
process.channel?.unref();

function waitForOwner(file: string): void {
  let lastSeen = performance.now();
  setInterval(() => {
    if (hasLivingOwner(file)) lastSeen = performance.now();
    else if (performance.now() - lastSeen > GRACE_MS) end();
  }, LOOK_MS).unref();
}

function end(): void {
  process.kill(process.pid, "SIGTERM");
}
