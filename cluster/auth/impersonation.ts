import { badRequest } from "../api/status.js";
import type { UserInfo } from "../api/service.js";
import type { AccessAttributes, Authorizer } from "./access.js";
import { accessDenied } from "./forbidden.js";
import { parseServiceAccountUser, serviceAccountGroups } from "./service-account-user.js";

const EXTRA_PREFIX = "impersonate-extra-";
const AUTHENTICATED = "system:authenticated";
const UNAUTHENTICATED = "system:unauthenticated";
const ANONYMOUS = "system:anonymous";

/**
 * Who `user` acts as by the `Impersonate-*` headers, or `user` where there are none. Throws 403 where RBAC does not grant
 * `impersonate` on every part asked for, 400 where groups come without a user.
 */
export function impersonate(
  authorizer: Authorizer,
  user: UserInfo,
  headers: NodeJS.Dict<string[]>,
): UserInfo {
  const wanted = readHeaders(headers);
  if (!wanted) return user;
  for (const resource of rightsNeeded(wanted)) {
    const attributes: AccessAttributes = { user, verb: "impersonate", resource };
    const { allowed, reason } = authorizer.authorize(attributes);
    if (!allowed) throw accessDenied(attributes, reason);
  }
  return actingUser(wanted);
}

interface Impersonation {
  name: string;
  uid: string | undefined;
  groups: string[];
  extra: Record<string, string[]>;
}

function readHeaders(headers: NodeJS.Dict<string[]>): Impersonation | undefined {
  const name = headers["impersonate-user"]?.[0] ?? "";
  const uid = headers["impersonate-uid"]?.[0];
  const groups = headers["impersonate-group"] ?? [];
  const extra: Record<string, string[]> = {};
  for (const [header, values] of Object.entries(headers)) {
    if (header.startsWith(EXTRA_PREFIX) && values)
      extra[decodeKey(header.slice(EXTRA_PREFIX.length))] = values;
  }
  if (name !== "") return { name, uid, groups, extra };
  const parts = [...groups, ...Object.keys(extra), ...(uid ? [uid] : [])];
  if (parts.length > 0) throw badRequest(`requested [${parts.join(" ")}] without impersonating a user`);
  return undefined;
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // A malformed key is kept as it came: it names nothing, so RBAC refuses it.
    return key;
  }
}

function rightsNeeded(wanted: Impersonation): NonNullable<AccessAttributes["resource"]>[] {
  const account = parseServiceAccountUser(wanted.name);
  const authentication = "authentication.k8s.io";
  return [
    account
      ? { group: "", resource: "serviceaccounts", ...account }
      : { group: "", resource: "users", name: wanted.name },
    ...wanted.groups.map((name) => ({ group: "", resource: "groups", name })),
    ...Object.entries(wanted.extra).flatMap(([subresource, values]) =>
      values.map((name) => ({ group: authentication, resource: "userextras", subresource, name })),
    ),
    ...(wanted.uid ? [{ group: authentication, resource: "uids", name: wanted.uid }] : []),
  ];
}

function actingUser(wanted: Impersonation): UserInfo {
  const account = parseServiceAccountUser(wanted.name);
  const groups =
    wanted.groups.length === 0 && account ? serviceAccountGroups(account.namespace) : [...wanted.groups];
  const implied = wanted.name === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED;
  const settled = groups.includes(UNAUTHENTICATED) || groups.includes(implied);
  if (!settled) groups.push(implied);
  return {
    name: wanted.name,
    groups,
    ...(wanted.uid && { uid: wanted.uid }),
    ...(Object.keys(wanted.extra).length > 0 && { extra: wanted.extra }),
  };
}
