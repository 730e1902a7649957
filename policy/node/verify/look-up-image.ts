import { DeadlineError, withDeadline } from "../../../kubernetes/node/deadline.js";
import type { Authority } from "../../common/authority.js";
import {
  type KnownImage,
  type KnownSignature,
  MAX_PROBLEM_CHARACTERS,
  MAX_SIGNER_SETS,
  signersFingerprint,
} from "../../common/known-image.js";
import type { ImageReference } from "../../common/reference.js";
import type { Registries } from "../registry/registries.js";
import { RegistryClient } from "../registry/registry-client.js";
import { RegistryError } from "../registry/registry-error.js";
import { verifySignatures } from "./verify-signatures.js";

/** A registry answers within a second or two; whoever waits for one that does not is told so. */
const LOOK_UP_DEADLINE_MS = 10_000;

/** What a registry told of one image: a digest with its signatures, or why there is none. */
export interface LookedUp {
  digest?: string;
  problem?: string;
  signatures?: KnownSignature[];
}

/** What to look up. */
export interface LookUp {
  reference: ImageReference;
  /** What was known when it was looked at last. */
  known?: KnownImage;
  /** Lists of signers that its signatures are held against. */
  signers: Authority[][];
  signal?: AbortSignal;
}

/** Asks the registry of an image what there is, if the operator lets it be asked. Does not throw for what registries do. */
export async function lookUpImage(
  registries: Registries,
  { reference, known, signers, signal }: LookUp,
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
      const digest = await digestOf(client, reference, known?.digest);
      if (digest === undefined)
        return {
          problem: `the registry ${host} has no ${reference.digest || reference.effectiveTag} of ${reference.path}`,
        };
      return {
        digest,
        ...(await signaturesOf(client, digest, { known, signers, trust: registries.trust })),
      };
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RegistryError)
      return { problem: bounded(`the registry ${host} was asked: ${error.message}`) };
    if (error instanceof DeadlineError)
      return { problem: `the registry ${host} did not answer within ${LOOK_UP_DEADLINE_MS / 1000} s` };
    throw error;
  }
}

function bounded(problem: string): string {
  return problem.length > MAX_PROBLEM_CHARACTERS
    ? `${problem.slice(0, MAX_PROBLEM_CHARACTERS - 3)}...`
    : problem;
}

/** What a digest means never changes, so one that was seen is not asked for again. */
async function digestOf(
  client: RegistryClient,
  { digest, effectiveTag }: ImageReference,
  known: string | undefined,
): Promise<string | undefined> {
  if (digest === "") return client.digestOf(effectiveTag, known);
  return digest === known ? digest : (await client.manifest(digest))?.digest;
}

interface SignatureLookUp {
  known: KnownImage | undefined;
  signers: Authority[][];
  trust: Registries["trust"];
}

/** A signature that was found stays one: it is of the digest, and the signers are those it was held against. */
async function signaturesOf(
  client: RegistryClient,
  digest: string,
  { known, signers, trust }: SignatureLookUp,
): Promise<Pick<LookedUp, "signatures">> {
  if (signers.length === 0) return {};
  const before = known?.digest === digest ? (known.signatures ?? []) : [];
  const signatures: KnownSignature[] = [];
  for (const authorities of signers.slice(0, MAX_SIGNER_SETS)) {
    const fingerprint = signersFingerprint(authorities);
    const found = before.find((each) => each.signers === fingerprint && each.verified);
    signatures.push(
      found ?? { signers: fingerprint, ...(await verifySignatures(client, digest, { authorities, trust })) },
    );
  }
  return { signatures };
}
