import { isIP } from "node:net";
import { MAX_NETWORK_TARGETS, type NetworkTarget } from "../../common/network-target.js";
import { TerminalError, terminalErrorCodes } from "../../common/errors.js";

/** Where a target is found inside a session's network: the same port at an address of `lo`. */
export interface Endpoint {
  target: NetworkTarget;
  addresses: readonly string[];
  /** Whether `lo` has to be given the address first; all of 127.0.0.0/8 and ::1 are its own. */
  isForeign: boolean;
}

/**
 * Gives each target its addresses: an address in numbers keeps itself, so that kubeconfigs and certificates stay as they are, and a
 * name gets one of 127.1.0.0/24. Throws TERMINAL_TOO_MANY above `MAX_NETWORK_TARGETS`.
 */
export function endpointsFor(targets: readonly NetworkTarget[]): Endpoint[] {
  const unique = [...new Map(targets.map((target) => [`${target.host} ${target.port}`, target])).values()];
  if (unique.length > MAX_NETWORK_TARGETS) {
    const message = `A session may reach ${MAX_NETWORK_TARGETS} addresses besides its own; this one lists ${unique.length}. List fewer under egress.`;
    throw new TerminalError(terminalErrorCodes.tooMany, message);
  }
  const names = [...new Set(unique.map(({ host }) => host))].filter((host) => isName(host));
  return unique.map((target) => ({
    target,
    addresses: addressesOf(target.host, names),
    isForeign: isIP(target.host) !== 0 && !isLoopbackAddress(target.host),
  }));
}

/** The session's /etc/hosts. */
export function hostsFile(endpoints: readonly Endpoint[], machine: string): string {
  const named = new Map(
    endpoints
      .filter(({ target }) => isName(target.host))
      .map(({ target, addresses }) => [target.host, addresses[0]]),
  );
  const lines = [...named].map(([name, address]) => `${address} ${name}`);
  return ["127.0.0.1 localhost", "::1 localhost ip6-localhost", `127.0.1.1 ${machine}`, ...lines, ""].join(
    "\n",
  );
}

function addressesOf(host: string, names: readonly string[]): string[] {
  if (host === "localhost") return ["127.0.0.1", "::1"];
  return isIP(host) === 0 ? [`127.1.0.${names.indexOf(host) + 1}`] : [host];
}

function isName(host: string): boolean {
  return isIP(host) === 0 && host !== "localhost";
}

function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
