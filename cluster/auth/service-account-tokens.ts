import { randomUUID } from "node:crypto";

import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import type { TokenSigner } from "./json-web-token.js";
import { serviceAccountGroups, serviceAccountUser } from "./service-account-user.js";

interface NameAndUid {
  name: string;
  uid?: string;
}

interface Claims {
  iss: string;
  sub: string;
  aud: string[];
  /** Seconds since the epoch, as all times here. */
  exp: number;
  iat: number;
  nbf: number;
  jti: string;
  "kubernetes.io": {
    namespace: string;
    serviceaccount: NameAndUid;
    pod?: NameAndUid;
    secret?: NameAndUid;
    node?: NameAndUid;
  };
}

export interface IssueRequest {
  account: ApiObject;
  audiences: string[];
  expirationSeconds: number;
  pod?: ApiObject;
  secret?: ApiObject;
}

/** A pod's token still works this long after the pod should be gone, as in a real API server. */
const DELETION_LEEWAY_MS = 60_000;

export interface ServiceAccountTokens {
  readonly issuer: string;
  issue(request: IssueRequest): string;
  /** Whose token it is, or `undefined` where it is not ours, expired, meant for others, or outlived what it is bound to. */
  authenticate(token: string, audiences: string[]): { user: UserInfo; audiences: string[] } | undefined;
}

/** Tokens die with their account, and with the Pod or Secret they are bound to; `now` is in milliseconds since the epoch. */
export function createServiceAccountTokens(options: {
  api: ApiService;
  signer: TokenSigner;
  issuer: string;
  now: () => number;
}): ServiceAccountTokens {
  const { api, signer, issuer, now } = options;
  return {
    issuer,
    issue: (request) => signer.sign(claimsFor(request, issuer, Math.floor(now() / 1000))),
    authenticate(token, audiences) {
      const claims = signer.verify(token) as Claims | undefined;
      if (!claims || claims.iss !== issuer) return undefined;
      const seconds = now() / 1000;
      if (seconds >= claims.exp || seconds < claims.nbf) return undefined;
      const accepted = audiences.filter((audience) => claims.aud.includes(audience));
      if (accepted.length === 0 || !isStillBound(api, claims, now())) return undefined;
      return { user: userOf(claims), audiences: accepted };
    },
  };
}

function claimsFor(request: IssueRequest, issuer: string, issuedAt: number): Claims {
  const { metadata } = request.account;
  const namespace = metadata.namespace ?? "";
  const nodeName = (request.pod?.["spec"] as { nodeName?: string } | undefined)?.nodeName;
  return {
    aud: request.audiences,
    exp: issuedAt + request.expirationSeconds,
    iat: issuedAt,
    iss: issuer,
    jti: randomUUID(),
    "kubernetes.io": {
      namespace,
      ...(nodeName && { node: { name: nodeName } }),
      ...(request.pod && { pod: nameAndUid(request.pod) }),
      ...(request.secret && { secret: nameAndUid(request.secret) }),
      serviceaccount: nameAndUid(request.account),
    },
    nbf: issuedAt,
    sub: serviceAccountUser(namespace, metadata.name ?? ""),
  };
}

function nameAndUid({ metadata }: ApiObject): NameAndUid {
  return { name: metadata.name ?? "", uid: metadata.uid ?? "" };
}

function isStillBound(api: ApiService, claims: Claims, now: number): boolean {
  const { namespace, serviceaccount, pod, secret } = claims["kubernetes.io"];
  const lives = (resource: string, { name, uid }: NameAndUid): boolean => {
    const object = api.find({ group: "", version: "v1", resource }, { namespace, name });
    if (!object || object.metadata.uid !== uid) return false;
    const { deletionTimestamp } = object.metadata;
    return deletionTimestamp === undefined || Date.parse(deletionTimestamp) + DELETION_LEEWAY_MS > now;
  };
  return (
    lives("serviceaccounts", serviceaccount) &&
    (!pod || lives("pods", pod)) &&
    (!secret || lives("secrets", secret))
  );
}

function userOf(claims: Claims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims["kubernetes.io"];
  const key = "authentication.kubernetes.io";
  return {
    name: claims.sub,
    ...(serviceaccount.uid && { uid: serviceaccount.uid }),
    groups: [...serviceAccountGroups(namespace), "system:authenticated"],
    extra: {
      [`${key}/credential-id`]: [`JTI=${claims.jti}`],
      ...(node && { [`${key}/node-name`]: [node.name] }),
      ...(pod && { [`${key}/pod-name`]: [pod.name], [`${key}/pod-uid`]: [pod.uid ?? ""] }),
    },
  };
}
