import { ROLES, type Role } from "../../workshop/common/account-api.js";
import { MAX_PERSON_NAME, personName } from "../../workshop/common/person-name.js";
import type { Account } from "./account.js";

/** What a rule may look at; by their names in a flag. */
export const RULE_KINDS = ["group", "email", "subject"] as const;

export type RuleKind = (typeof RULE_KINDS)[number];

/** Who has that value in the claim of roles, as confirmed address, or as subject has the role; in any of them where no kind is named. */
export interface RoleRule {
  role: Role;
  value: string;
  kind?: RuleKind;
}

type Claims = Readonly<Record<string, unknown>> & { sub: string };

/** Whom the provider's claims are of: the highest role that a rule gives, a learner where none does. */
export function accountOfClaims(
  claims: Claims,
  { roleClaim, roles }: { roleClaim: string; roles: readonly RoleRule[] },
): Account {
  const known: Record<RuleKind, string[]> = {
    group: valuesAt(claims, roleClaim),
    email: addressesOf(claims),
    subject: [claims.sub],
  };
  const isKnown = ({ kind, value }: RoleRule) =>
    (kind === undefined ? RULE_KINDS : [kind]).some((one) => known[one].includes(value));
  const given = roles.filter(isKnown).map(({ role }) => role);
  const role = ROLES.findLast((one) => given.includes(one)) ?? "learner";
  return { by: "provider", id: claims.sub.slice(0, MAX_SUBJECT), role, name: nameOf(claims) };
}

/** As long as the standard lets a subject be. */
const MAX_SUBJECT = 255;

/** An address that its owner has not confirmed could be anybody's. */
function addressesOf({ email, email_verified: isVerified }: Claims): string[] {
  return typeof email === "string" && isVerified === true ? [email] : [];
}

/** Names of claims may have dots themselves, as those that are addresses do. */
function valuesAt(claims: Claims, name: string): string[] {
  const found = Object.hasOwn(claims, name)
    ? claims[name]
    : name
        .split(".")
        .reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), claims);
  return [found].flat().filter((value): value is string => typeof value === "string");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function nameOf({ name, preferred_username: username, email }: Claims): string {
  for (const one of [name, username, email]) {
    const usable = typeof one === "string" ? personName(one).slice(0, MAX_PERSON_NAME) : "";
    if (usable !== "") return usable;
  }
  return "No name";
}
