/** Round trips that are timed; the middle one counts. */
const TRIPS = 5;
/** Longer than the slowest usable network takes to open a socket. */
const DEADLINE_MS = 10_000;

/** Close code of RFC 6455's registry: try again later. */
const CROWDED = 1013;

/** The connection was made, and the server has no time for it now. */
export class CrowdedServer extends Error {}

/**
 * Opens a WebSocket to the server as terminals do, and resolves to the time a key and its echo take through this network, in
 * milliseconds. Rejects where it does not open or answer within ten seconds, and with `CrowdedServer`.
 */
export async function measureRoundTrip(signal: AbortSignal): Promise<number> {
  const url = new URL("api/connection-check", document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  const close = (): void => socket.close();
  const timer = setTimeout(close, DEADLINE_MS);
  signal.addEventListener("abort", close, { once: true });
  try {
    await heard(socket, "open");
    const trips: number[] = [];
    for (let trip = 0; trip < TRIPS; trip += 1) {
      const sent = performance.now();
      socket.send(String(trip));
      await heard(socket, "message");
      trips.push(performance.now() - sent);
    }
    return trips.toSorted((one, other) => one - other)[Math.floor(TRIPS / 2)] ?? Number.POSITIVE_INFINITY;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", close);
    socket.close();
  }
}

function heard(socket: WebSocket, event: "open" | "message"): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = ({ code }: CloseEvent): void =>
      reject(code === CROWDED ? new CrowdedServer() : new Error("the connection was not made, or was lost"));
    socket.addEventListener("close", lost, { once: true });
    socket.addEventListener(
      event,
      () => {
        socket.removeEventListener("close", lost);
        resolve();
      },
      { once: true },
    );
  });
}
