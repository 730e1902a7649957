import { type NameSources, targetAddresses } from "../../kubernetes/node/target-addresses.js";
import { type EgressTarget, isLocalTarget } from "../common/egress.js";

/** What a lab lists, by address; what leads nowhere or to this machine is left out. */
export async function egressAddresses(
  targets: readonly EgressTarget[],
  sources: NameSources = {},
): Promise<EgressTarget[]> {
  return (await targetAddresses(targets, sources)).filter((target) => !isLocalTarget(target));
}
