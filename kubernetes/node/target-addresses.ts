import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A name server that takes longer must not keep a session from being made. */
const LOOKUP_MS = 3_000;

/** A place on the network. */
export interface Target {
  /** A name or an address in numbers; IPv6 without brackets. */
  host: string;
  port: number;
}

/** Who is asked for names, in place of this machine's own; for tests. */
export interface NameSources {
  hostsFile?: string;
  /** Addresses of name servers with their ports. */
  servers?: readonly string[];
}

/**
 * The targets with the addresses their names lead to now, as network policies need them; a name that leads nowhere is left out. Names are asked for over sockets: the system's own lookup would occupy one of the four threads on which
 * the whole process opens files, for as long as a name server that a lab chose keeps it waiting.
 */
export async function targetAddresses(
  targets: readonly Target[],
  { hostsFile = "/etc/hosts", servers }: NameSources = {},
): Promise<Target[]> {
  if (targets.length === 0) return [];
  const resolver = new Resolver({ timeout: LOOKUP_MS, tries: 1 });
  if (servers) resolver.setServers(servers);
  const hosts = hostsIn(await readFile(hostsFile, "utf8").catch(() => ""));
  const deadline = new AbortController();
  void sleep(LOOKUP_MS, undefined, { signal: deadline.signal, ref: false }).then(
    () => resolver.cancel(),
    () => undefined,
  );
  const found = await Promise.all(
    targets.map(async ({ host, port }) => {
      const known = isIP(host) ? [host] : hosts.get(host.toLowerCase());
      return (known ?? (await resolved(resolver, host))).map((address) => ({ host: address, port }));
    }),
  );
  deadline.abort();
  return found.flat();
}

async function resolved(resolver: Resolver, host: string): Promise<string[]> {
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
}

/** The addresses of each name in the text of a hosts file (hosts(5)). */
function hostsIn(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    if (!isIP(address)) continue;
    for (const name of names.map((each) => each.toLowerCase()))
      hosts.set(name, [...(hosts.get(name) ?? []), address]);
  }
  return hosts;
}
