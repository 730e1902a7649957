import { Resolver, lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";

/** A name server that takes longer is as good as none; programs in a session wait no longer for a connection. */
const LOOKUP_MS = 5_000;

/**
 * Finds addresses of names over sockets of its own. The system's lookup would occupy one of the four threads of a process for as long
 * as a name server keeps it waiting, and learners decide how often. However many ask for a name at the same time, it is asked for once.
 */
export class NameLookup {
  readonly #resolver = new Resolver({ timeout: LOOKUP_MS, tries: 1 });
  readonly #hostsFile: string;
  readonly #pending = new Map<string, Promise<string[]>>();

  /** `servers` are name servers with their ports in place of the machine's own, for tests. */
  constructor({ hostsFile = "/etc/hosts", servers }: { hostsFile?: string; servers?: string[] } = {}) {
    this.#hostsFile = hostsFile;
    if (servers) this.#resolver.setServers(servers);
  }

  /** Every address that the name leads to, those of the hosts file (hosts(5)) before all others; none where nobody knows it. */
  addressesOf(host: string): Promise<string[]> {
    return this.#once(host, () => this.#find(host));
  }

  /** The same for a name the operator chose, which only the system may know: by a search domain, for example. */
  async trustedAddressesOf(host: string): Promise<string[]> {
    const found = await this.addressesOf(host);
    if (found.length > 0) return found;
    const bySystem = async (): Promise<string[]> =>
      (await lookup(host, { all: true })).map(({ address }) => address);
    return this.#once(`${host} (system)`, bySystem);
  }

  #once(name: string, find: () => Promise<string[]>): Promise<string[]> {
    if (isIP(name)) return Promise.resolve([name]);
    const pending = this.#pending.get(name) ?? find().finally(() => this.#pending.delete(name));
    this.#pending.set(name, pending);
    return pending;
  }

  async #find(host: string): Promise<string[]> {
    const known = linesOf(await readFile(this.#hostsFile, "utf8").catch(() => ""))
      .filter(([, ...names]) => names.includes(host.toLowerCase()))
      .flatMap(([address = ""]) => (isIP(address) ? [address] : []));
    if (known.length > 0) return known;
    const answers = await Promise.allSettled([this.#resolver.resolve4(host), this.#resolver.resolve6(host)]);
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  }
}

function linesOf(hostsFile: string): string[][] {
  return hostsFile.split("\n").map((line) => (line.split("#", 1)[0] ?? "").trim().toLowerCase().split(/\s+/));
}
