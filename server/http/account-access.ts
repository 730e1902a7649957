import { createHash } from "node:crypto";
import { type Role, isAtLeast } from "../../workshop/common/account-api.js";
import { lesserRole } from "../../workshop/common/event-staff.js";
import { type Account, type AccountClaim, operatorAccount, staffNameOf } from "../auth/account.js";
import { isNamedToken } from "../auth/named-tokens.js";
import { type Tokens, isSame } from "../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { KnownEventStaff } from "../event/event-staff.js";
import type { Access, AccessOptions, Credentials, OfEvent } from "./access.js";
import { readCookies } from "./cookies.js";
import { pageKeyOf } from "./page-key.js";

interface AccountOptions extends Pick<AccessOptions, "instructorToken" | "namedTokens" | "provider" | "lti"> {
  tokens: Pick<Tokens, "accountOf">;
  signedOut: SignedOut;
}

/** One log-in of an account in a browser; a program that sends a token has none. */
type LogIn = Pick<AccountClaim, "by" | "id" | "expiresAt">;

/** Log-ins that were ended in their browser before they were over; forgotten when they would be over. */
export class SignedOut {
  readonly #ends = new Map<string, number>();

  add(logIn: LogIn): void {
    const now = Date.now();
    for (const [key, expiresAt] of this.#ends) if (expiresAt <= now) this.#ends.delete(key);
    this.#ends.set(keyOf(logIn), logIn.expiresAt);
  }

  has(logIn: LogIn): boolean {
    return this.#ends.has(keyOf(logIn));
  }
}

function keyOf({ by, id, expiresAt }: LogIn): string {
  return JSON.stringify([by, id, expiresAt]);
}

/** Finds out whose a request is. */
export function accountLookup({
  tokens,
  instructorToken,
  namedTokens,
  provider,
  lti,
  signedOut,
}: AccountOptions): (request: Credentials) => Account | AccountClaim | undefined {
  const secretOf = (account: Account) =>
    secretOfAccount({ instructorToken, namedTokens, provider, lti }, account);
  return ({ headers }) => {
    const bearer = bearerOf(headers.authorization);
    const program = bearer === undefined ? undefined : holderOf({ instructorToken, namedTokens }, bearer);
    if (program !== undefined) return program;
    const [cookie, pageKey] = [readCookies(headers.cookie).account, pageKeyOf(headers)];
    if (cookie === undefined || pageKey === undefined) return undefined;
    const claim = tokens.accountOf(cookie, { now: Date.now(), pageKey, secretOf });
    return claim === undefined || signedOut.has(claim) ? undefined : claim;
  };
}

/** What log-ins of the account hang on; nothing where that is over. */
export function secretOfAccount(
  { instructorToken, namedTokens, provider, lti }: Omit<AccountOptions, "tokens" | "signedOut">,
  { by, id }: Pick<Account, "by" | "id">,
): string | undefined {
  if (by === "installation") return instructorToken();
  if (by === "lti") return lti?.stamp;
  return by === "token" ? namedTokens.secretOf(id) : provider?.stamp;
}

/** Whose token it is. */
export function holderOf(
  { instructorToken, namedTokens }: Pick<AccountOptions, "instructorToken" | "namedTokens">,
  token: string,
): Account | undefined {
  return isSame(instructorToken(), token) ? operatorAccount : namedTokens.accountOf(token);
}

/** What the right of an account hangs on, as it is kept with something that was given to it; no secret can be read from it. */
export interface AccountStanding extends Pick<Account, "by" | "id"> {
  role: Role;
  /** Of a token; a provider's people go by their id. */
  name?: string;
  /** Of the secret that its log-ins hang on. */
  digest: string;
  /** Epoch milliseconds: when the log-in is over; absent for a program's token. */
  expiresAt?: number;
}

/** Notes what the right of who asks hangs on, and says later whether it still does. */
export function accountStandings(
  options: Omit<AccountOptions, "tokens"> & { staff: Staff },
  accountOf: ReturnType<typeof accountLookup>,
): Pick<Access, "standingOf" | "stands"> {
  const digestOf = (account: Pick<Account, "by" | "id">) => {
    const secret = secretOfAccount(options, account);
    return secret && createHash("sha256").update(secret).digest("base64url");
  };
  return {
    standingOf: (request) => {
      const account = accountOf(request);
      const digest = account && digestOf(account);
      const until = account && "expiresAt" in account ? { expiresAt: account.expiresAt } : {};
      if (account && digest) {
        const { by, id, role, name } = account;
        return { by, id, role, ...(by === "token" ? { name } : {}), digest, ...until };
      }
      throw unauthorized("Nobody is signed in any more. Sign in again.");
    },
    stands: ({ digest, expiresAt, role, name, ...account }, session) =>
      digestOf(account) === digest &&
      isAtLeast(roleAt(options.staff, { ...account, role, ...(name && { name }) }, session), "helper") &&
      (expiresAt === undefined ||
        (expiresAt > Date.now() && !options.signedOut.has({ ...account, expiresAt }))),
  };
}

type Staff = Pick<KnownEventStaff, "roleIn">;

/** What an account may do; of an event, and in its sessions, no more than it was named for there, unless it is an operator's. */
function roleAt(
  staff: Staff,
  { role, ...account }: Pick<Account, "by" | "id" | "role"> & { name?: string },
  of: OfEvent | undefined,
): Role {
  const event = of?.event;
  // What is of no event is for people of the installation.
  if (of !== undefined && event === undefined && account.by === "lti") return "learner";
  if (event === undefined || role === "operator") return role;
  return lesserRole(role, staff.roleIn(event, staffNameOf(account)));
}

/** What each role may do. */
export function roleRules({
  accountOf,
  isLearner,
  staff,
}: Pick<Access, "accountOf" | "isLearner"> & { staff: Staff }): Pick<
  Access,
  "rolesOf" | "isInstructor" | "requireInstructor" | "requireRole" | "requireEnd" | "requireLearner"
> {
  const rolesOf = (request: Credentials) => {
    const account = accountOf(request);
    return (of?: OfEvent): Role => (account === undefined ? "learner" : roleAt(staff, account, of));
  };
  const requireRole = (request: Credentials, least: Role, of?: OfEvent) => {
    const account = accountOf(request);
    if (account === undefined)
      throw unauthorized("Only instructors may do this. Log in with the instructor token.");
    if (!isAtLeast(account.role, least)) throw forbidden(account, least);
    if (!isAtLeast(roleAt(staff, account, of), least)) throw notTheirs(least, of ?? {});
  };
  return {
    rolesOf,
    isInstructor: (request, of) => isAtLeast(rolesOf(request)(of), "instructor"),
    requireRole,
    requireInstructor: (request, of) => requireRole(request, "instructor", of),
    requireLearner: (request, session, deed) => {
      if (isLearner(request, session)) return;
      throw unauthorized(
        `Only the learner of this session may ${deed}. Open the session by its own link to do so.`,
      );
    },
    requireEnd: (request, session) => {
      if (!isLearner(request, session)) requireRole(request, "instructor", session);
    },
  };
}

/** Whether the request says whose it is, true or not; a cookie without the key of its page, as with a picture, says nothing. */
export function bringsAccount({ headers }: Credentials): boolean {
  if (isNamedToken(bearerOf(headers.authorization))) return true;
  return readCookies(headers.cookie).account !== undefined && pageKeyOf(headers) !== undefined;
}

/** The token that a program sends. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : undefined;
}

function unauthorized(message: string): ServerError {
  return new ServerError(serverErrorCodes.unauthorized, message);
}

/** Without the name: refusals are logged. */
function forbidden({ role }: Account, least: Role): ServerError {
  return new ServerError(
    serverErrorCodes.forbidden,
    `This takes the role ${least}, and you are signed in as ${role}. Sign in with an account that has it, or ask somebody who has one.`,
  );
}

function notTheirs(least: Role, { event }: OfEvent): ServerError {
  if (event === undefined)
    return new ServerError(
      serverErrorCodes.eventForbidden,
      "This is of the whole installation, and you were sent here to look after an event of your course. Ask an operator.",
    );
  return new ServerError(
    serverErrorCodes.eventForbidden,
    `This takes the role ${least} in the event ${event}, which others look after. Ask its owner or an operator to name you there.`,
  );
}
