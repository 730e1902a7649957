import type { EffectivePolicy } from "../common/effective.js";
import { toSecond } from "../common/exception.js";
import { asksNoMore, boundsProblem } from "../common/parameters.js";
import { asksRegistries } from "../common/known-image.js";
import type { AtHand, Scope } from "./bring-into-force.js";
import type { PolicyContext } from "./context.js";
import { listPoliciesAndExceptions } from "./effective-policies.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { type FleetNamespaces, fleetNamespaces, nameOnFleet } from "./fleet/fleet-namespaces.js";
import type { KnownNamespace } from "./known-parameters.js";
import { selectFor } from "./namespace-parameters.js";
import { type ExceptionObject, type ImagePolicyObject, toEffective, withExceptions } from "./records.js";

type Candidate = { policy: ImagePolicyObject } | { exception: ExceptionObject };

/**
 * Refuses what would not fit: an engine over its cost limit refuses every pod. The candidate stands for what is stored under its name. Throws
 * POLICY_INVALID.
 */
export async function checkBounds(context: PolicyContext, scope: Scope, candidate: Candidate): Promise<void> {
  requireWithinBounds(await readBounded(context, scope), candidate);
}

/** What bears on the namespaces of a scope, which may be milliseconds old. */
export interface Bounded {
  stored: { policies: ImagePolicyObject[]; exceptions: ExceptionObject[] };
  found: FleetNamespaces["found"];
  /** The parameters in the home cluster that were made here before the rest was read. */
  known: ReadonlyMap<string, KnownNamespace>;
}

/** Reads what a candidate has to fit into. */
export async function readBounded(context: PolicyContext, scope: Scope): Promise<Bounded> {
  const known = context.client.parameters.now;
  const [stored, { found }] = await Promise.all([
    listPoliciesAndExceptions(context.store, scope.organization, "seen"),
    fleetNamespaces(context, scope, { mayBeStale: true }),
  ]);
  return { stored, found, known };
}

/** What is at hand to bring a policy into force in the home cluster that is stored since. */
export function atHand(
  context: PolicyContext,
  { stored, found, known }: Bounded,
  policy: ImagePolicyObject,
): AtHand {
  const namespaces = found.filter((each) => each.context === context).map((each) => each.namespace);
  const policies = withExceptions(put(stored.policies, policy), stored.exceptions, toSecond(new Date()));
  const asks = policies.some(({ spec }) => asksRegistries(spec));
  return { namespaces, known, ...(!asks && { policies }) };
}

/** The check of `checkBounds` over what was read before. Throws POLICY_INVALID. */
export function requireWithinBounds({ stored, found }: Bounded, candidate: Candidate): void {
  const policies = "policy" in candidate ? put(stored.policies, candidate.policy) : stored.policies;
  const exceptions =
    "exception" in candidate ? put(stored.exceptions, candidate.exception) : stored.exceptions;
  const effective = withExceptions(policies, exceptions, toSecond(new Date()));
  for (const { context: on, namespace } of found)
    requireFitting(selectFor(namespace, effective).selected, `Namespace ${nameOnFleet(on, namespace)}: `);
  if ("policy" in candidate) requireFitting(withExceptions([candidate.policy], [], ""), "");
}

/** Whether a policy fits wherever what it replaces did, beside whatever else: neither has to be read then. */
export function fitsInPlaceOf(next: ImagePolicyObject, current: ImagePolicyObject): boolean {
  const [policy, replaced] = [toEffective(next), toEffective(current)];
  return policy !== undefined && replaced !== undefined && asksNoMore(policy, replaced);
}

function requireFitting(policies: EffectivePolicy[], where: string): void {
  const problem = boundsProblem(policies);
  if (problem !== undefined) throw new PolicyError(POLICY_ERROR.invalid, `${where}${problem}`);
}

export function put<T extends ImagePolicyObject | ExceptionObject>(stored: T[], candidate: T): T[] {
  return [...stored.filter(({ metadata }) => metadata.name !== candidate.metadata.name), candidate];
}
