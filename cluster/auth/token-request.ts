import type { HandlerRequest, SubresourceHandler } from "../api/handlers.js";
import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { FieldError } from "../api/status.js";
import { badRequest, conflict, invalid } from "../api/status.js";
import type { ServiceAccountTokens } from "./service-account-tokens.js";

interface TokenRequestSpec {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string };
}

const KIND = { group: "authentication.k8s.io", kind: "TokenRequest" };
const DEFAULT_EXPIRATION_SECONDS = 3600;
const MIN_EXPIRATION_SECONDS = 600;
const MAX_EXPIRATION_SECONDS = 2 ** 32;

/** `serviceaccounts/token`: a fresh token of the account, bound to a Pod or Secret where one is named. */
export function createTokenRequestHandler(options: {
  api: ApiService;
  tokens: ServiceAccountTokens;
  now: () => number;
}): SubresourceHandler {
  return {
    group: "",
    version: "v1",
    resource: "serviceaccounts",
    subresource: "token",
    create: (request) => issueToken(options, request),
  };
}

function issueToken(
  { api, tokens, now }: { api: ApiService; tokens: ServiceAccountTokens; now: () => number },
  request: HandlerRequest,
): ApiObject {
  const namespace = request.namespace ?? "";
  const name = request.name ?? "";
  const account = api.get({ group: "", version: "v1", resource: "serviceaccounts" }, { namespace, name });
  checkIdentity(request.body, account);
  const spec = request.body["spec"] as TokenRequestSpec | undefined;
  const audiences = spec?.audiences?.length ? spec.audiences : [tokens.issuer];
  const expirationSeconds = spec?.expirationSeconds ?? DEFAULT_EXPIRATION_SECONDS;
  checkExpiration(expirationSeconds);
  const bound = spec?.boundObjectRef ? findBound(api, account, spec.boundObjectRef) : {};
  const token = tokens.issue({ account, audiences, expirationSeconds, ...bound });
  return {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: { name, namespace, uid: account.metadata.uid ?? "", creationTimestamp: timestamp(now()) },
    spec: { audiences, expirationSeconds, boundObjectRef: spec?.boundObjectRef ?? null },
    status: { token, expirationTimestamp: timestamp(now() + expirationSeconds * 1000) },
  };
}

function checkIdentity(body: ApiObject, account: ApiObject): void {
  const { name, namespace, uid } = body.metadata ?? {};
  const accountName = account.metadata.name ?? "";
  if (name && name !== accountName) throw invalid(KIND, accountName, [mismatch("name", name)]);
  if (namespace && namespace !== account.metadata.namespace) {
    throw invalid(KIND, accountName, [mismatch("namespace", namespace)]);
  }
  if (uid && uid !== account.metadata.uid) {
    const why = `the UID in the token request (${uid}) does not match the UID of the service account (${account.metadata.uid})`;
    throw conflict({ group: KIND.group, resource: KIND.kind }, accountName, why);
  }
}

function mismatch(field: string, value: string): FieldError {
  const detail = `Invalid value: ${JSON.stringify(value)}: must match the service account ${field} if specified`;
  return { field: `metadata.${field}`, reason: "FieldValueInvalid", detail };
}

function checkExpiration(seconds: number): void {
  const limit =
    seconds < MIN_EXPIRATION_SECONDS
      ? "may not specify a duration less than 10 minutes"
      : seconds > MAX_EXPIRATION_SECONDS
        ? "may not specify a duration larger than 2^32 seconds"
        : undefined;
  if (limit === undefined) return;
  const detail = `Invalid value: ${seconds}: ${limit}`;
  throw invalid(KIND, "", [{ field: "spec.expirationSeconds", reason: "FieldValueInvalid", detail }]);
}

function findBound(
  api: ApiService,
  account: ApiObject,
  bound: NonNullable<TokenRequestSpec["boundObjectRef"]>,
): { pod: ApiObject } | { secret: ApiObject } {
  const { apiVersion = "", kind = "", name = "", uid } = bound;
  if (apiVersion !== "v1" || (kind !== "Pod" && kind !== "Secret")) {
    throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`);
  }
  const at = { namespace: account.metadata.namespace ?? "", name };
  const object = api.get({ group: "", version: "v1", resource: kind === "Pod" ? "pods" : "secrets" }, at);
  if (uid && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: "", resource: kind }, name, why);
  }
  if (kind === "Secret") return { secret: object };
  checkRunsAs(object, account.metadata.name ?? "");
  return { pod: object };
}

function checkRunsAs(pod: ApiObject, account: string): void {
  const { serviceAccountName } = pod["spec"] as { serviceAccountName?: string };
  if (serviceAccountName === account) return;
  const name = JSON.stringify(account);
  throw badRequest(
    `cannot bind token for serviceaccount ${name} to pod running with different serviceaccount name.`,
  );
}

/** RFC 3339 in whole seconds, as the API prints times. */
function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}
