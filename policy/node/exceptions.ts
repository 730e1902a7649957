import { exceptionManifest, MAX_EXCEPTION_DAYS, toSecond } from "../common/exception.js";
import type { ExceptionView } from "../common/exception-api.js";
import { checkBounds } from "./bounds.js";
import { bringIntoForce, placeOf, type Scope } from "./bring-into-force.js";
import type { PolicyContext } from "./context.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { requireNamespace, requireWorkspace } from "./find.js";
import { askFleet } from "./fleet/on-cluster.js";
import { invalidManifest, requirePolicy } from "./policies.js";
import {
  type ExceptionObject,
  type ExceptionObjectSpec,
  newObject,
  objectName,
  ownedBy,
  type PolicyAddress,
} from "./records.js";
import { signed } from "./history/author.js";
import { recordChange } from "./history/record-change.js";
import { removeSigned } from "./history/remove-signed.js";
import { enforceStored, followStored, recordStored } from "./stored-change.js";
import { exceptionView } from "./views.js";
import { LECTERN_USER, type WriteOptions } from "./write-options.js";

const DAY_MS = 86_400_000;

/** Stores what is asked to be excepted from a policy; nothing is until it is granted. Throws POLICY_EXISTS, POLICY_INVALID, POLICY_NOT_FOUND. */
export async function requestException(
  context: PolicyContext,
  scope: Scope,
  { input, user, dryRun = false }: { input: unknown; user: string; dryRun?: boolean },
): Promise<ExceptionView> {
  const parsed = exceptionManifest.safeParse(input);
  if (!parsed.success) throw invalidManifest("exception", parsed.error);
  const { fullName, spec } = parsed.data;
  requireFuture(spec.expires);
  const policy = await requirePolicy(context, { ...scope, name: spec.policy });
  if (spec.namespace !== undefined) await requireSomewhere(context, scope.organization, spec.namespace);
  const address = { ...scope, name: fullName.name };
  const object = newObject<ExceptionObjectSpec>("imagepolicyexceptions", address, {
    spec: {
      ...address,
      ...spec,
      state: "Requested",
      requestedBy: user,
      requestedAt: toSecond(new Date()),
    },
    owner: ownedBy(policy),
  });
  if (dryRun && !(await context.store.get("imagepolicyexceptions", objectName(address))))
    return exceptionView(object);
  const stored = dryRun
    ? undefined
    : await context.store.create("imagepolicyexceptions", signed(object, user));
  if (!stored) throw new PolicyError(POLICY_ERROR.exists, `${describe(address)} already exists`);
  await recordStored(context, `${describe(address)} is asked for`, () =>
    recordChange(context, "imagepolicyexceptions", stored),
  );
  return exceptionView(stored);
}

/** An exception for a namespace holds for the one of that name on every cluster of the organization. Throws POLICY_NOT_FOUND. */
async function requireSomewhere(context: PolicyContext, organization: string, name: string): Promise<void> {
  const { answers } = await askFleet(context, organization, (each) =>
    requireNamespace(each, organization, name).then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
  if (answers.every(({ answer }) => answer !== undefined)) throw answers[0]?.answer;
}

export interface Decision {
  isGranted: boolean;
  user: string;
  note?: string;
  /** What whoever decides has seen; another one is not decided on, such as one that was asked for anew under the name. */
  resourceVersion?: string;
  /** Checks and answers, stores nothing. */
  dryRun?: boolean;
}

/**
 * Grants or denies what was asked for; resolves when the API server judges by it. What was granted can be denied later, what was denied or has expired
 * must be asked for anew. Nobody grants what they asked for themselves. Throws POLICY_NOT_FOUND, POLICY_FORBIDDEN, POLICY_IN_USE, POLICY_INVALID, POLICY_CONFLICT.
 */
export async function decideException(
  context: PolicyContext,
  address: PolicyAddress,
  { isGranted, user, note, resourceVersion: seen, dryRun = false }: Decision,
): Promise<ExceptionView> {
  const current = await requireException(context, address);
  if (seen !== undefined && seen !== current.metadata.resourceVersion) throw changedMeanwhile(address);
  const { state } = exceptionView(current).status;
  if (state !== "Requested" && (isGranted || state !== "Granted")) throw alreadyDecided(address, state);
  if (isGranted && user === current.spec.requestedBy) throw ownRequest(address);
  if (isGranted) requireFuture(current.spec.expires);
  const decided: ExceptionObject = {
    ...current,
    spec: {
      ...current.spec,
      state: isGranted ? "Granted" : "Denied",
      decidedBy: user,
      decidedAt: toSecond(new Date()),
      ...(note !== undefined && { note }),
    },
  };
  if (isGranted) await checkBounds(context, placeOf(address), { exception: decided });
  if (dryRun) return exceptionView(decided);
  const stored = await context.store.replace("imagepolicyexceptions", signed(decided, user, { current }));
  if (!stored) throw changedMeanwhile(address);
  await followStored(context, {
    done: "The decision is stored",
    enforce: () => bringIntoForce(context, placeOf(address)),
    record: () => recordChange(context, "imagepolicyexceptions", stored),
  });
  return exceptionView(stored);
}

/** Resolves when nothing is excepted by it any more. Throws POLICY_NOT_FOUND. */
export async function deleteException(
  context: PolicyContext,
  address: PolicyAddress,
  { user = LECTERN_USER, dryRun = false }: WriteOptions = {},
): Promise<void> {
  await requireException(context, address);
  if (dryRun) return;
  await removeSigned(context, "imagepolicyexceptions", { name: objectName(address), user });
  await enforceStored("The exception is deleted", () => bringIntoForce(context, placeOf(address)));
}

export async function getException(context: PolicyContext, address: PolicyAddress): Promise<ExceptionView> {
  return exceptionView(await requireException(context, address));
}

/** Exceptions of the policies set on exactly this scope, or with `everywhere` on the organization and all of its workspaces. */
export async function listExceptions(
  context: PolicyContext,
  { organization, workspace, everywhere = false }: Scope & { everywhere?: boolean },
): Promise<ExceptionView[]> {
  if (workspace !== undefined) await requireWorkspace(context, organization, workspace);
  const stored = await context.store.list<ExceptionObjectSpec>("imagepolicyexceptions", organization);
  return stored.filter(({ spec }) => everywhere || spec.workspace === workspace).map(exceptionView);
}

/** Throws POLICY_NOT_FOUND. */
export async function requireException(
  { store }: PolicyContext,
  address: PolicyAddress,
): Promise<ExceptionObject> {
  const found = await store.get<ExceptionObjectSpec>("imagepolicyexceptions", objectName(address));
  if (!found) throw new PolicyError(POLICY_ERROR.notFound, `${describe(address)} not found`);
  return found;
}

function requireFuture(expires: string): void {
  const now = Date.now();
  if (expires <= toSecond(new Date(now)))
    throw wrongExpiry(expires, `has passed at ${toSecond(new Date(now))}; give a time to come`);
  if (Date.parse(expires) > now + MAX_EXCEPTION_DAYS * DAY_MS)
    throw wrongExpiry(
      expires,
      `must be within ${MAX_EXCEPTION_DAYS} days; what is needed for longer is a rule of the policy`,
    );
}

function wrongExpiry(expires: string, message: string): PolicyError {
  const fields = [{ path: "spec.expires", message }];
  return new PolicyError(POLICY_ERROR.invalid, `The exception's expiry ${expires} ${message}`, { fields });
}

function describe({ workspace, name }: PolicyAddress): string {
  return `exception "${name}" in ${workspace === undefined ? "the organization" : `workspace "${workspace}"`}`;
}

function ownRequest(address: PolicyAddress): PolicyError {
  const place = address.workspace === undefined ? "the organization" : `workspace "${address.workspace}"`;
  return new PolicyError(
    POLICY_ERROR.forbidden,
    `${describe(address)} was asked for by yourself; another admin of ${place} grants it, an instructor for example`,
  );
}

function alreadyDecided(address: PolicyAddress, state: string): PolicyError {
  return new PolicyError(
    POLICY_ERROR.inUse,
    `${describe(address)} is ${state.toLowerCase()}; delete it and ask for another`,
  );
}

function changedMeanwhile(address: PolicyAddress): PolicyError {
  return new PolicyError(
    POLICY_ERROR.conflict,
    `${describe(address)} was changed or asked for anew meanwhile; look at what it is now and decide again`,
  );
}
