import { closeSync, openSync, writeSync } from "node:fs";

/** The file of the data folder that a host with a pod to itself writes. */
export const LIFE_SIGN = "life-sign";
const INTERVAL_MS = 5_000;

/**
 * Writes the time into a file again and again, in seconds of the epoch and a line end, for whoever asks from outside whether this process
 * still comes round. Takes no more room on a full disk. Returns how to stop.
 */
export function giveLifeSigns(file: string, intervalMs = INTERVAL_MS): () => void {
  const descriptor = openSync(file, "w", 0o644);
  const write = (): void => void writeSync(descriptor, `${Math.floor(Date.now() / 1_000)}\n`, 0);
  write();
  const timer = setInterval(write, intervalMs).unref();
  return () => {
    clearInterval(timer);
    closeSync(descriptor);
  };
}
