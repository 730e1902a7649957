/**
 * Who is signed in, and how. Paths and refusals are as in `api.ts`.
 *
 * | method and path | answer |
 * |---|---|
 * | GET api/account | `AccountView` |
 * | POST api/sign-in/begin | `SignInAddress`, to send the browser to |
 * | POST api/sign-in/finish `{code, state, iss?}` | `AccountView` and a cookie |
 * | POST api/sign-out | 204; the browser is nobody's, its sessions stay open to it |
 * | GET api/instructor/tokens | `InstructorTokenView[]`, for operators |
 * | POST api/instructor/tokens `NewInstructorToken` | 201 `IssuedToken` |
 * | DELETE api/instructor/tokens/NAME | 204 |
 */

/** What somebody may do, least first: each may what those before may. */
export const ROLES = ["learner", "helper", "instructor", "operator"] as const;
export type Role = (typeof ROLES)[number];

/** Roles that a token can be made for; the operator's is the one in the data directory. */
export const TOKEN_ROLES = ["helper", "instructor"] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Whether a role is that one or may more. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whom the server takes this browser for. */
export interface AccountView {
  /** Absent where nobody is signed in; `staffName` is what events know the account by, absent for the installation's own. */
  account?: { name: string; role: Role; staffName?: string };
  /** The provider that people sign in at; absent where there is none. */
  signIn?: { name: string };
  /** False where nobody is asked at the end of an event how it was, whatever the event says. */
  feedback?: false;
}

/** Where the provider signs people in. */
export interface SignInAddress {
  url: string;
}

/** A token of one instructor or helper, without what makes it one. */
export interface InstructorTokenView {
  name: string;
  role: TokenRole;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601; absent where it is good until it is revoked. */
  expiresAt?: string;
}

export interface NewInstructorToken {
  name: string;
  role: TokenRole;
  days?: number;
}

/** Shown this once. */
export interface IssuedToken extends InstructorTokenView {
  token: string;
}
