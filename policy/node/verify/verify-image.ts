import type { Authority } from "../../common/authority.js";
import { toSecond } from "../../common/exception.js";
import { imageKeys, type KnownImage, MAX_IMAGE_NAME_CHARACTERS } from "../../common/known-image.js";
import { type ImageReference, parseImage } from "../../common/reference.js";
import { bringIntoForce } from "../bring-into-force.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { type ImagePolicySpec, toEffective } from "../records.js";
import { lookUpImage, type LookedUp } from "./look-up-image.js";
import { changeKnownImage, readKnownImage } from "./stored-images.js";

/** Images of one organization that people have looked at side by side; more are refused until one is done. */
const MAX_LOOKS = 4;

const looks = new Map<string, number>();

/** What whoever asks may have done besides. */
export interface Accepting {
  /** A tag that was moved is taken as it is now, so that nobody is warned of it any more. */
  isAccepted: boolean;
  /** What is told of an image that is not known yet is kept. The others that are known have to make room for it, and what policies demand of these with them. */
  isKept: boolean;
}

/** One name of an image: by its tag or by its digest. */
export interface NamedReference {
  organization: string;
  /** As what is known is stored under. */
  image: string;
  reference: ImageReference;
}

/** The names a text is to be looked up under; none where it is no image, or has a longer name than any has that is kept. */
export function namesOf(organization: string, text: string): NamedReference[] {
  const parsed = parseImage(text);
  if (!parsed.ok || parsed.reference.host === "") return [];
  const { reference } = parsed;
  const keys = imageKeys(reference);
  const names = [
    { image: keys.tag, reference: { ...reference, digest: "" } },
    { image: keys.digest, reference: { ...reference, tag: "", effectiveTag: "" } },
  ];
  return names.flatMap(({ image, reference: named }) =>
    image === undefined || image.length > MAX_IMAGE_NAME_CHARACTERS
      ? []
      : [{ organization, image, reference: named }],
  );
}

/**
 * Asks the registry about an image and stores what it tells; whoever watches puts it in force. With `isAccepted` a tag that was moved is taken as it is
 * now. Throws `PolicyError` where the cluster does not answer.
 */
export async function verifyImage(
  context: PolicyContext,
  { organization, image, reference }: NamedReference,
  { isAccepted = false, isKept = true, signal }: Partial<Accepting> & { signal?: AbortSignal } = {},
): Promise<KnownImage> {
  const known = await readKnownImage(context.store, organization, image);
  const told = await lookUpImage(context.registries, {
    reference,
    signers: await trustedSigners(context, organization),
    ...(known && { known }),
    ...(signal && { signal }),
  });
  const now = toSecond(new Date());
  if (!known && !isKept) return merge(image, known, { told, now, isAccepted });
  return changeKnownImage(context.store, { organization, image }, (before) =>
    merge(image, before, { told, now, isAccepted }),
  );
}

/** What somebody asks for now: resolves when it is in force in the home cluster. Throws POLICY_INVALID, POLICY_CONFLICT. */
export async function verifyNow(
  context: PolicyContext,
  { organization, image: text, ...accepting }: { organization: string; image: string } & Accepting,
): Promise<KnownImage[]> {
  const names = namesOf(organization, text);
  if (names.length === 0)
    throw new PolicyError(
      POLICY_ERROR.invalid,
      `${JSON.stringify(text)} is no image that can be looked at; expected [host[:port]/]name[:tag][@digest], such as nginx:1.27, of ${MAX_IMAGE_NAME_CHARACTERS} characters at most`,
    );
  const under = looks.get(organization) ?? 0;
  if (under >= MAX_LOOKS)
    throw new PolicyError(
      POLICY_ERROR.conflict,
      `${MAX_LOOKS} images of the organization are being looked at, which is as many as may be at once; ask again when one is done.`,
    );
  looks.set(organization, under + 1);
  try {
    const known: KnownImage[] = [];
    for (const name of names) known.push(await verifyImage(context, name, accepting));
    await bringIntoForce(context, { organization });
    return known;
  } finally {
    const left = (looks.get(organization) ?? 1) - 1;
    if (left === 0) looks.delete(organization);
    else looks.set(organization, left);
  }
}

interface Telling {
  told: LookedUp;
  now: string;
  isAccepted: boolean;
}

/** What was known stays where the registry told nothing; another digest is a move. */
function merge(image: string, known: KnownImage | undefined, { told, now, isAccepted }: Telling): KnownImage {
  const before: Partial<KnownImage> = known ?? {};
  const { digest = before.digest, problem } = told;
  const isMoved = before.digest !== undefined && before.digest !== digest;
  const { moved, signatures } = isMoved ? { moved: { from: before.digest ?? "", at: now } } : before;
  const held = told.signatures ?? signatures;
  return {
    image,
    ...(digest !== undefined && { digest }),
    ...(moved && !isAccepted && { moved }),
    ...(problem !== undefined && { problem }),
    ...(held && { signatures: held }),
  };
}

/** The different lists of signers that policies of an organization trust. */
async function trustedSigners({ store }: PolicyContext, organization: string): Promise<Authority[][]> {
  const policies = await store.list<ImagePolicySpec>("imagepolicies", organization);
  const lists = policies.flatMap((object) => {
    const policy = toEffective(object);
    return policy?.spec.recipe === "require-signature" ? [policy.spec.input.authorities ?? []] : [];
  });
  return [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()];
}
