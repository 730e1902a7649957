/** Who signs certificates by which clients say to the API who they are. */
export const API_CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

/** Of an older version of the API, and refused by this one. */
export const LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
