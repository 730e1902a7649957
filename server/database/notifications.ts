import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import type { Logger } from "pino";
import type { Postgres } from "./postgres.js";

/** PostgreSQL takes 7,999 bytes; a longer text is never sent, because what it is about can be read. */
export const NOTIFICATION_BYTES = 7_000;
/** How long a connection that died without a word goes unnoticed. */
const LOOK_MS = 5_000;
const ANSWER_MS = 3_000;
const RETRY_MS = 250;

export interface NotificationListener {
  onText: (text: string) => void;
  /** What was sent while nobody listened is lost: whoever keeps something has to read it again. */
  onGap: () => void;
}

/**
 * Listens to one channel of the database on a connection of its own, which is made again for as long as it takes. Resolves when it
 * listens; throws what `Postgres` throws where the first connection fails. The returned function stops it.
 */
export async function listenTo(
  database: Postgres,
  channel: string,
  { onText, onGap, log }: NotificationListener & { log: Pick<Logger, "warn"> },
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const connect = async () => {
    const client = database.client();
    // Told by the promise below; without a listener it would end the process.
    client.on("error", () => undefined);
    client.on("notification", ({ payload = "" }) => onText(payload));
    await client.connect();
    await client.query(`LISTEN ${channel}`);
    return client;
  };
  let current: Client | undefined = await connect();
  const keep = async () => {
    while (!stop.signal.aborted) {
      if (current) await untilBroken(current, stop.signal);
      await current?.end().catch(() => undefined);
      current = undefined;
      if (stop.signal.aborted) return;
      await delay(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      current = await connect().catch((error: unknown) => {
        log.warn({ err: error }, "the database does not tell what other servers write; trying again");
        return undefined;
      });
      if (current) onGap();
    }
  };
  const kept = keep();
  return async () => {
    stop.abort();
    await kept;
  };
}

/** Resolves when the connection has ended, or answers no more, or the signal has fired. */
async function untilBroken(client: Client, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  client.once("end", end);
  client.once("error", end);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  await untilSilent(client, ended.signal);
  signal.removeEventListener("abort", end);
}

async function untilSilent(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const asked = client.query("SELECT 1").then(
      () => true,
      () => false,
    );
    const late = delay(ANSWER_MS, false, { signal }).catch(() => false);
    if (!(await Promise.race([asked, late]))) return;
  }
}
