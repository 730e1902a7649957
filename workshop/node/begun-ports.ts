import { setTimeout as sleep } from "node:timers/promises";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { neverEnds } from "../common/killercoda/never-ends.js";

/** Whoever reads the page looks for the line that says it; a pod that is not reached by then is not. */
const LISTENS_WITHIN_MS = 10_000;
const LOOK_MS = 200;
/** Of `kubectl proxy`. */
const PROXY_PORT = 8001;
/** State of a socket in the kernel's table that waits for connections. */
const LISTENS = "0A";

/** The ports that commands in the background begin to listen on, as `kubectl port-forward service/web 8080:80 &` does. */
export function portsBegun(text: string): number[] {
  return text.split("\n").flatMap((line) => {
    const [, command] = /^(.*[^&])&\s*$/.exec(line.trim()) ?? [];
    const words =
      command
        ?.replace(/(?:&>|[12]?>>?)\s*(?:&?\d|\S+)/g, " ")
        .trim()
        .split(/\s+/) ?? [];
    if (command === undefined || !neverEnds(words.join(" "))) return [];
    if (words.includes("port-forward")) return words.flatMap(forwardedPort);
    return words.includes("proxy") ? [proxyPort(words)] : [];
  });
}

/** Waits until the session listens on all of them, or for as long as a person would. Throws what the session host throws, and the signal's reason. */
export async function untilListening(
  host: Pick<SessionHost, "exec">,
  session: string,
  { ports, signal }: { ports: readonly number[]; signal?: AbortSignal | undefined },
): Promise<void> {
  const until = performance.now() + LISTENS_WITHIN_MS;
  while (ports.length > 0 && performance.now() < until) {
    const argv = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];
    const { stdout } = await host.exec(session, { argv, ...(signal && { signal }) });
    const listening = listeningPorts(Buffer.from(stdout).toString("latin1"));
    if (ports.every((port) => listening.has(port))) return;
    await sleep(LOOK_MS, undefined, signal && { signal });
  }
}

/** `8080:80` and `8080`; a port of the program's own choice (`:80`) nobody knows beforehand. */
function forwardedPort(word: string): number[] {
  const [, port] = /^(\d{1,5})(?::[\w-]+)?$/.exec(word) ?? [];
  return port === undefined ? [] : [Number(port)];
}

function proxyPort(words: readonly string[]): number {
  const given = /(?:--port[= ]|-p[= ]?)(\d{1,5})(?:\s|$)/.exec(words.join(" "))?.[1];
  return given === undefined ? PROXY_PORT : Number(given);
}

function listeningPorts(table: string): Set<number> {
  const ports = table.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    return state === LISTENS ? [Number.parseInt(local.split(":")[1] ?? "", 16)] : [];
  });
  return new Set(ports);
}
