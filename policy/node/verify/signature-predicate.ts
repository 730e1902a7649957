/** What cosign states of an image that it signs; other statements, such as of its origin, are no signatures. */
export const SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
