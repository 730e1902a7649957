import { once } from "node:events";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that Linux gives to outgoing connections (32768 and up, ip(7)), of which a busy machine opens many in a moment. */
const FIRST = 10_000;
const LAST = 29_999;
const TRIES = 100;

const given = new Set<number>();

/** A port of the loopback address that nothing listens at, and that no call in this process has given before. Throws where none of 100 is free. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST + 1);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`None of ${String(TRIES)} ports from ${String(FIRST)} to ${String(LAST)} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
