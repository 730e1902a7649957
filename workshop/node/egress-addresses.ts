import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type EgressTarget, isLocalTarget } from "../common/egress.js";

/** A name server that takes longer must not keep a session from being made. */
const LOOKUP_MS = 3_000;

/**
 * The targets with the addresses their names lead to now, as network policies need them; a name that leads nowhere, or to this
 * machine, is left out.
 */
export async function egressAddresses(targets: readonly EgressTarget[]): Promise<EgressTarget[]> {
  const found = await Promise.all(
    targets.map(async ({ host, port }) =>
      (await addressesOf(host)).map((address) => ({ host: address, port })),
    ),
  );
  return found.flat().filter((target) => !isLocalTarget(target));
}

async function addressesOf(host: string): Promise<string[]> {
  const deadline = new AbortController();
  try {
    const late = sleep(LOOKUP_MS, [], { signal: deadline.signal, ref: false }).catch(() => []);
    const found = lookup(host, { all: true }).catch(() => []);
    return (await Promise.race([found, late])).map(({ address }: { address: string }) => address);
  } finally {
    deadline.abort();
  }
}
