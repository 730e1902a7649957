import { DeadlineError, withDeadline } from "../../../kubernetes/node/deadline.js";
import type { ImageReference } from "../../common/reference.js";
import type { Registries } from "../registry/registries.js";
import { RegistryClient } from "../registry/registry-client.js";
import { RegistryError } from "../registry/registry-error.js";

/** A registry answers within a second or two; whoever waits for one that does not is told so. */
const LOOK_UP_DEADLINE_MS = 10_000;

/** What a registry told of one image: a digest, or why there is none. */
export interface LookedUp {
  digest?: string;
  problem?: string;
}

/** What to look up. */
export interface LookUp {
  reference: ImageReference;
  /** What the tag meant when it was looked at last. */
  known?: string;
  signal?: AbortSignal;
}

/** Asks the registry of an image what there is, if the operator lets it be asked. Does not throw for what registries do. */
export async function lookUpImage(
  registries: Registries,
  { reference, known, signal }: LookUp,
): Promise<LookedUp> {
  const registry = registries.find(reference);
  const host = `${reference.host.toLowerCase()}${reference.port && `:${reference.port}`}`;
  if (!registry)
    return {
      problem: `the registry ${host} is not among those that may be asked; the operator lists it (lectern serve --registries)`,
    };
  try {
    return await withDeadline(LOOK_UP_DEADLINE_MS, signal, async (ended) => {
      const client = new RegistryClient(registry, { repository: reference.path, signal: ended });
      const { digest, effectiveTag } = reference;
      // What a digest means never changes.
      if (digest !== "" && digest === known) return { digest };
      const found =
        digest === "" ? await client.digestOf(effectiveTag, known) : (await client.manifest(digest))?.digest;
      return found === undefined
        ? { problem: `the registry ${host} has no ${digest || effectiveTag} of ${reference.path}` }
        : { digest: found };
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RegistryError)
      return { problem: `the registry ${host} was asked: ${error.message}` };
    if (error instanceof DeadlineError)
      return { problem: `the registry ${host} did not answer within ${LOOK_UP_DEADLINE_MS / 1000} s` };
    throw error;
  }
}
