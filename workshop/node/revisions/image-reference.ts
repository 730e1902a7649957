import { sourceUnusable } from "./lab-origin.js";

/** A name of an image or artifact in a registry, in full. */
export interface ImageReference {
  /** Host, and port where it has one. */
  registry: string;
  repository: string;
  tag: string;
  /** `sha256:…`; counts instead of the tag. */
  digest?: string;
}

/** What a Workshop may name: nothing is added to a name that leaves out its registry. The API server reads it as well, hence no named groups. */
export const IMAGE_REFERENCE_PATTERN =
  "^(localhost|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+:[0-9]+|localhost:[0-9]+|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+:[0-9]+)" +
  "/([a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)" +
  "(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$";

/** Reads `registry.example.org/labs/shop:v1@sha256:…`; the tag is `latest` where there is none. Throws LAB_SOURCE_UNUSABLE. */
export function parseImageReference(reference: string): ImageReference {
  const [, registry, repository, tag = "latest", digest] =
    new RegExp(IMAGE_REFERENCE_PATTERN).exec(reference) ?? [];
  if (registry === undefined || repository === undefined)
    throw sourceUnusable(
      `${reference} names no image: write registry, repository and tag, such as registry.example.org/labs/shop:v1.`,
    );
  return { registry, repository, tag, ...(digest === undefined ? {} : { digest }) };
}
