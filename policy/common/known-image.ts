import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils";

import type { Authority } from "./authority.js";
import type { EffectivePolicy } from "./effective.js";
import type { PolicySpec } from "./manifest.js";
import type { ImageReference } from "./reference.js";

/** What registries told of an image, as it stands beside the policies that look at it. */
export interface KnownImage {
  /** The name in full with a tag or a digest: `docker.io/library/nginx:1.27`, as `imageKeys` writes it. */
  image: string;
  /** What the tag means now, or the digest of the name itself; absent where no registry told it yet. */
  digest?: string;
  /** The digest that the tag meant before, and when the other one was first seen (ISO 8601, to the second). */
  moved?: { from: string; at: string };
  /** Why the registry could not be asked, one clause; what was known before stays. */
  problem?: string;
  /** What became of the signatures of `digest`, by what they were held against. */
  signatures?: KnownSignature[];
}

/** Whether an image is signed by one of those that a policy trusts. */
export interface KnownSignature {
  /** The trusted signers, as `signersFingerprint` writes them. */
  signers: string;
  verified: boolean;
  /** Who signed it, or why that is not known; one clause. */
  reason: string;
}

/** Images of one organization that registries are asked about; the oldest are forgotten. A namespace's parameters stay below 100 KB. */
export const MAX_KNOWN_IMAGES = 200;

/** Of the name in full of an image that registries are asked about: the longest path and tag, behind a host of some length. */
export const MAX_IMAGE_NAME_CHARACTERS = 512;

/** Of what says why a registry told nothing; it may have words of the registry's own in it. */
export const MAX_PROBLEM_CHARACTERS = 1000;

/** Of all that is known in the parameters of one namespace, which have room for a megabyte; what is beyond counts as not known. */
const MAX_KNOWN_CHARACTERS = 300_000;

/** Different lists of trusted signers in the policies of one organization that an image is held against. */
export const MAX_SIGNER_SETS = 10;

/** Tags of one namespace whose move is warned about: each is a rule of the parameters. */
const MAX_MOVED_TAGS = 20;

/** A reason stands in the message of a refusal. */
const MAX_REASON_CHARACTERS = 200;

/** Whether a policy looks at what registries tell. */
export function asksRegistries({ recipe, input }: PolicySpec): boolean {
  return recipe === "require-signature" || input.verify === true;
}

/** Policies of which those that look at registries carry what is known. */
export function withKnownImages(policies: EffectivePolicy[], known: KnownImage[]): EffectivePolicy[] {
  if (known.length === 0) return policies;
  return policies.map((policy) => (asksRegistries(policy.spec) ? { ...policy, known } : policy));
}

/** The names a reference is known under: by its tag, where it has one or means `latest`, and by its digest. */
export function imageKeys(reference: ImageReference): { tag?: string; digest?: string } {
  const name = repositoryName(reference);
  const { effectiveTag, digest } = reference;
  return {
    ...(effectiveTag !== "" && { tag: `${name}:${effectiveTag}` }),
    ...(digest !== "" && { digest: `${name}@${digest}` }),
  };
}

/** Host, port and path; the engine makes it of the same parts. */
export function repositoryName({ host, port, path }: ImageReference): string {
  return `${host.toLowerCase()}${port && `:${port}`}/${path}`;
}

/** What the tag of a reference means, as far as it is known. */
export function knownTag({ known = [] }: EffectivePolicy, reference: ImageReference): KnownImage | undefined {
  const { tag } = imageKeys(reference);
  return tag === undefined ? undefined : known.find(({ image }) => image === tag);
}

/** Whether the image with the digest of a reference is signed as a policy demands; `undefined` where nothing is known. */
export function knownSignature(
  { known = [], spec }: EffectivePolicy,
  reference: ImageReference,
): KnownSignature | undefined {
  const { digest } = imageKeys(reference);
  const signers = signersFingerprint(spec.input.authorities);
  const found = known.filter((each) => digest !== undefined && digestKey(each) === digest);
  const signatures = found
    .flatMap((each) => each.signatures ?? [])
    .filter((each) => each.signers === signers);
  return signatures.find(({ verified }) => verified) ?? signatures[0];
}

/** Says that the tag of a reference does not mean any more what it meant, or what stands beside it; `undefined` where it does. */
export function movedWords(policy: EffectivePolicy, reference: ImageReference): string | undefined {
  const found = knownTag(policy, reference);
  if (!found?.digest) return undefined;
  const { effectiveTag, digest } = reference;
  if (digest !== "")
    return digest === found.digest
      ? undefined
      : `The tag ${effectiveTag} means ${found.digest} in the registry now, and not the digest that stands beside it.`;
  const { moved } = found;
  return (
    moved && `The tag ${effectiveTag} was moved: from ${moved.from} to ${found.digest}, seen at ${moved.at}.`
  );
}

/** What tells one set of trusted signers from another, in 64 characters however long their keys are. */
export function signersFingerprint(authorities: readonly Authority[] = []): string {
  return fingerprintOf(JSON.stringify(authorities));
}

/** The SHA-256 of a text, in hexadecimal digits. */
export function fingerprintOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** The name of a policy among all that can bear on one namespace. */
export function policyKey({ origin, name }: EffectivePolicy): string {
  return `${origin.kind === "workspace" ? "workspace" : "organization"}/${name}`;
}

/**
 * What is known, as the engine reads it: `NAME:TAG =DIGEST` or `NAME:TAG !REASON`, `NAME@DIGEST +POLICY` for one that is signed as the policy demands,
 * `NAME@DIGEST -POLICY REASON` for one that is not. Where that is more than fits, those that are signed come first, since without them pods are refused.
 */
export function knownLines(policies: EffectivePolicy[]): string[] {
  const asking = policies.filter(({ spec }) => asksRegistries(spec));
  const lines = asking.flatMap((policy) => {
    const signatures = signatureLines(policy);
    return (policy.known ?? []).flatMap((each) => [...tagLine(each), ...signatures(each)]);
  });
  const unique = [...new Set(lines)];
  const size = unique.reduce((sum, line) => sum + line.length, 0);
  return size <= MAX_KNOWN_CHARACTERS ? unique : fitting(unique);
}

function fitting(lines: string[]): string[] {
  const kept: string[] = [];
  let left = MAX_KNOWN_CHARACTERS;
  for (const line of [...lines.filter(isSignedLine), ...lines.filter((each) => !isSignedLine(each))]) {
    left -= line.length;
    if (left < 0) break;
    kept.push(line);
  }
  return kept;
}

/** Whether it is a line of `knownLines` that lets an image pass. */
export function isSignedLine(line: string): boolean {
  return line[line.indexOf(" ") + 1] === "+";
}

/** The sections of the parameters that warn of tags that were moved: each blocks one, in what only warns. */
export function movedSections(policies: EffectivePolicy[]): string[] {
  const moved = policies.flatMap(({ name, known = [] }) =>
    known.filter((each) => each.moved && each.digest !== undefined).map((each) => ({ name, ...each })),
  );
  const unique = [...new Map(moved.map((each) => [each.image, each])).values()].slice(0, MAX_MOVED_TAGS);
  return unique.flatMap(({ name, image, digest = "", moved: { from, at } = { from: "", at: "" } }) => {
    const [, host, port = "", path, tag] = /^([^/]+?)(?::(\d+))?\/([^:]+):(.+)$/.exec(image) ?? [];
    if (host === undefined) return [];
    const reason = `the tag was moved from ${from} to ${digest}, seen at ${at}`;
    return [
      [
        ["!", "block", name, reason, ""].join("|"),
        [`=${host}`, port === "" ? "*" : `=${port}`, `=${path}`, `=${tag}`, "", "", ""].join("|"),
      ].join("\n"),
    ];
  });
}

/** Words as they may stand in a line of the parameters. */
export function lineWords(text: string): string {
  const plain = text.replaceAll(/[\s|]+/g, " ");
  return plain.length > MAX_REASON_CHARACTERS ? `${plain.slice(0, MAX_REASON_CHARACTERS)}...` : plain;
}

function tagLine({ image, digest, problem }: KnownImage): string[] {
  if (image.includes("@")) return [];
  if (digest !== undefined) return [`${image} =${digest}`];
  return problem === undefined ? [] : [`${image} !${lineWords(problem)}`];
}

/** The fingerprint is worked out once for all images. */
function signatureLines(policy: EffectivePolicy): (known: KnownImage) => string[] {
  if (policy.spec.recipe !== "require-signature") return () => [];
  const signers = signersFingerprint(policy.spec.input.authorities);
  return (known) => {
    const key = digestKey(known);
    if (key === undefined) return [];
    return (known.signatures ?? [])
      .filter((each) => each.signers === signers)
      .map(({ verified, reason }) =>
        verified ? `${key} +${policyKey(policy)}` : `${key} -${policyKey(policy)} ${lineWords(reason)}`,
      );
  };
}

/** The image by its digest, whichever name it is known under. */
function digestKey({ image, digest }: KnownImage): string | undefined {
  if (image.includes("@")) return image;
  return digest === undefined ? undefined : `${image.slice(0, image.lastIndexOf(":"))}@${digest}`;
}
