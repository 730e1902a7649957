import { toPolicyError } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { isNotInForce, POLICY_ERROR, PolicyError } from "./errors.js";

/** What is left to do for a change once it is stored. */
export interface Following<T, R> {
  /** What was done, as a beginning of a sentence: `The policy is stored`. */
  done: string;
  /** Resolves when the API server judges by it. */
  enforce: () => Promise<T>;
  /** Writes it down for the history. */
  record: () => Promise<R>;
}

/**
 * Brings what is stored into force and writes it down. Neither waits for the other, and what fails of one ends only when the other has. Of a change that is
 * in force and not written down the log tells. Throws POLICY_NOT_IN_FORCE, whatever the reason.
 */
export async function followStored<T, R>(
  { logger }: PolicyContext,
  { done, enforce, record }: Following<T, R>,
): Promise<{ enforced: T; recorded: R | undefined }> {
  const [enforced, recorded] = await Promise.allSettled([enforce(), record()]);
  if (recorded.status === "rejected") warnUnrecorded(logger, done, recorded.reason);
  if (enforced.status === "rejected") throw storedOnly(done, enforced.reason);
  return {
    enforced: enforced.value,
    recorded: recorded.status === "fulfilled" ? recorded.value : undefined,
  };
}

/** Does what a stored change needs to be in force. Throws POLICY_NOT_IN_FORCE, whatever the reason. */
export async function enforceStored<T>(done: string, enforce: () => Promise<T>): Promise<T> {
  try {
    return await enforce();
  } catch (error) {
    throw storedOnly(done, error);
  }
}

/** Writes down for the history what is done already; where that fails the log tells. */
export async function recordStored(
  { logger }: PolicyContext,
  done: string,
  record: () => Promise<unknown>,
): Promise<void> {
  await record().catch((error: unknown) => warnUnrecorded(logger, done, error));
}

/** Whoever would read that the cluster could not be asked would take it that nothing was done. */
function storedOnly(done: string, error: unknown): PolicyError {
  if (isNotInForce(error)) return error;
  const { message } = toPolicyError(error);
  return new PolicyError(
    POLICY_ERROR.notInForce,
    `${done}, but whether the API server judges by it is not known: ${message} It comes into force as soon as the cluster can be asked; look again in a minute.`,
    { cause: error },
  );
}

function warnUnrecorded(logger: PolicyContext["logger"], done: string, error: unknown): void {
  const reason = toPolicyError(error).message;
  logger.warn(
    { done, reason },
    "a change could not be written down; the controller does so where it is of policies, workspaces, namespaces, exceptions or access",
  );
}
