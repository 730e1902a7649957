import type { IncomingHttpHeaders } from "node:http";
import type { Request, Response } from "express";
import type { SessionView } from "../../workshop/common/api.js";
import type { StartRule } from "../../workshop/common/instructor-api.js";
import { type Role, isAtLeast } from "../../workshop/common/account-api.js";
import type { Account } from "../auth/account.js";
import type { KnownEventStaff } from "../event/event-staff.js";
import type { NamedTokens } from "../auth/named-tokens.js";
import type { LtiTool } from "../lti/lti-tool.js";
import type { SignInProvider } from "../auth/sign-in-provider.js";
import { isSame } from "../auth/tokens.js";
import {
  type AccountStanding,
  SignedOut,
  accountLookup,
  accountStandings,
  bearerOf,
  bringsAccount,
  holderOf,
  roleRules,
  secretOfAccount,
} from "./account-access.js";
import { startLink, startToken } from "../auth/start-token.js";
import type { Identity } from "../../policy/common/roles.js";
import type { TokenStanding, TokenSubject, Tokens, UserClaim } from "../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import {
  clearAccountCookie,
  clearSessionCookie,
  readCookies,
  setAccountCookie,
  setSessionCookie,
  setStartCookie,
} from "./cookies.js";
import type { CookieScope } from "./cookies.js";
import { pageKeyOf, requirePageKey } from "./page-key.js";

/** What a request carries that says who sent it; upgrades have no Express request. */
export interface Credentials {
  headers: IncomingHttpHeaders;
}

/** An event, or something of one: only those who look after it may do more there than learners. */
export type OfEvent = Pick<SessionView, "event">;

/** A session as the access rules see it. */
export interface GuardedSession extends TokenSubject, OfEvent {
  /** ISO 8601; its cookie lasts as long. */
  expiresAt: string;
}

export interface Access {
  /** Takes in the tokens there are now where the request brings one, or a log-in by one, that this server does not know. */
  lookUpAccount(request: Credentials): Promise<void>;
  /** Takes in the tokens there are now. */
  lookUpTokens(): Promise<void>;
  /** Who is signed in in the browser, or whose token the program sends; nothing where nobody is. */
  accountOf(request: Credentials): Account | undefined;
  /** What the right of who is signed in hangs on, to be kept with what is given to them. Throws SERVER_UNAUTHORIZED where nobody is. */
  standingOf(request: Credentials): AccountStanding;
  /** Whether a right in the session that was noted still holds: the token is not revoked, the provider and who looks after its event still the same. */
  stands(standing: AccountStanding, session: OfEvent): boolean;
  /** What who asks may do at all, and of something that is of an event; found out once for many questions, and good for this moment only. */
  rolesOf(request: Credentials): (of?: OfEvent) => Role;
  /** An instructor, or somebody who may more. */
  isInstructor(request: Credentials, of?: OfEvent): boolean;
  mayUse(request: Credentials, session: GuardedSession): boolean;
  /** Whether the page was admitted to this very session, and is not only an instructor's. */
  isLearner(request: Credentials, session: GuardedSession): boolean;
  /** Why the browser may not start labs, in a sentence; absent where it may. */
  startRefusal(request: Credentials): string | undefined;
  /** Lets the browser start labs by the token of the link for it. Throws SERVER_UNAUTHORIZED, SERVER_BAD_REQUEST. */
  admitToStart(request: Request, response: Response, token: string): void;
  /** As `requireRole` for an instructor. */
  requireInstructor(request: Credentials, of?: OfEvent): void;
  /** Throws SERVER_UNAUTHORIZED where nobody is signed in, SERVER_ROLE_FORBIDDEN where the account may less, SERVER_EVENT_FORBIDDEN where it may less in the event. */
  requireRole(request: Credentials, least: Role, of?: OfEvent): void;
  /** That who asks may end the session: its learner or an instructor. Throws as `requireRole`. */
  requireEnd(request: Credentials, session: GuardedSession): void;
  /** That who asks is the session's learner, whoever else may see it; `deed` completes "Only the learner of this session may". Throws SERVER_UNAUTHORIZED. */
  requireLearner(request: Credentials, session: GuardedSession, deed: string): void;
  /** Throws SERVER_UNAUTHORIZED, SERVER_LINK_REVOKED. */
  requireSession(request: Credentials, session: GuardedSession): void;
  /** Whether the key in a file's address is of this session. Throws SERVER_UNAUTHORIZED. */
  requireFiles(session: GuardedSession, key: unknown): void;
  /** Names of the sessions whose cookies the browser sends, unverified. */
  claimedSessions(request: Credentials): string[];
  /** The session a shell's bearer token claims to be of, and whether it is. */
  claimedByShell(request: Credentials): { id: string; token: string } | undefined;
  isShellOf(session: GuardedSession, token: string): boolean;
  /** The session and the user that an API token claims to be of, and whether it is. */
  claimedByUser(request: Credentials): (UserClaim & { token: string }) | undefined;
  isUserOf(session: GuardedSession, claim: Omit<UserClaim, "id"> & { token: string }): boolean;
  /** What logs a user of the session's organization in to the policy API. */
  userToken(session: GuardedSession, identity: Identity): string;
  /** Names the browser by what its cookies say for the session, so that a ticket serves no other, and none once the link is revoked. */
  browserOf(request: Credentials, session: GuardedSession): string;
  /** Throws SERVER_BAD_REQUEST where the page sends no key. */
  admit(request: Request, response: Response, session: GuardedSession): void;
  /** Admits by the token of a link. Throws SERVER_UNAUTHORIZED, SERVER_LINK_REVOKED, SERVER_BAD_REQUEST. */
  admitByLink(request: Request, response: Response, link: { session: GuardedSession; token: string }): void;
  forget(request: Request, response: Response, session: string): void;
  isInstructorToken(token: string): boolean;
  /** Throws SERVER_UNAUTHORIZED when the token is nobody's, SERVER_BAD_REQUEST where the page sends no key. */
  login(request: Request, response: Response, token: string): void;
  /** Makes the browser that of the account. Throws SERVER_BAD_REQUEST where the page sends no key. */
  enter(request: Request, response: Response, account: Account): void;
  /** Makes the browser nobody's; what it had by the log-in ends, on this server also for who has copied its cookie and key. */
  signOut(request: Request, response: Response): void;
  /** The link that lets a browser start labs. */
  startLink(url: string): string;
  /** Who may start labs. */
  startRule: StartRule;
  /** The link that admits a browser to the session, relative to the mount point; what follows `#` is never sent to a server. */
  linkPath(session: GuardedSession): string;
}

export interface AccessOptions {
  tokens: Tokens;
  /** Asked each time, because it may be renewed while the server runs. */
  instructorToken: () => string;
  /** Of helpers and other instructors. */
  namedTokens: Pick<NamedTokens, "accountOf" | "secretOf" | "look">;
  /** Those who signed in by it hang on its stamp; absent where nobody can. */
  provider?: Pick<SignInProvider, "stamp"> | undefined;
  /** Those who teach on a learning platform hang on it; absent where there is none. */
  lti?: Pick<LtiTool, "stamp"> | undefined;
  /** Who looks after which event. */
  staff: Pick<KnownEventStaff, "roleIn">;
  /** Who may start labs. */
  start: StartRule;
  /** Where Lectern is mounted, as the browser sees it. */
  scope: (request: Request) => CookieScope;
}

/** A working day; whoever has an account signs in each morning. */
const ACCOUNT_MS = 12 * 3600 * 1000;
/** A session's cookie outlives it, so that its pages stay readable. */
const COOKIE_GRACE_MS = 24 * 3600 * 1000;

/** The rules of who may see and do what. A cookie counts only together with the key of the page that sends it. */
export function createAccess(options: AccessOptions): Access {
  const { tokens, instructorToken, staff } = options;
  const signedOut = new SignedOut();
  const accountOf = accountLookup({ ...options, signedOut });
  const standing = ({ headers }: Credentials, session: GuardedSession): TokenStanding => {
    const [cookie, pageKey] = [readCookies(headers.cookie).sessions.get(session.id), pageKeyOf(headers)];
    if (cookie === undefined || pageKey === undefined) return "unknown";
    return tokens.ofBrowser(session, pageKey, cookie);
  };
  const isLearner = (request: Credentials, session: GuardedSession) => standing(request, session) === "valid";
  const rules = roleRules({ accountOf, isLearner, staff });
  const mayUse = (request: Credentials, session: GuardedSession) =>
    isLearner(request, session) || isAtLeast(rules.rolesOf(request)(session), "helper");
  return {
    lookUpAccount: async (request) => {
      if (accountOf(request) === undefined && bringsAccount(request)) await options.namedTokens.look();
    },
    lookUpTokens: () => options.namedTokens.look(),
    accountOf,
    mayUse,
    isLearner,
    startRefusal: (request) => {
      if (options.start === "open" || rules.isInstructor(request)) return undefined;
      if (options.start === "account")
        return accountOf(request) === undefined ? "Sign in to start labs here." : undefined;
      if (options.start === "instructor")
        return "Instructors start the labs here. Open the link you were given.";
      const [cookie, pageKey] = [readCookies(request.headers.cookie).start, pageKeyOf(request.headers)];
      const holder = { instructorToken: instructorToken(), pageKey: pageKey ?? "" };
      if (cookie !== undefined && pageKey !== undefined && tokens.isForStart(cookie, holder))
        return undefined;
      return "Labs are started from a link here. Ask your instructor for it.";
    },
    ...rules,
    ...accountStandings({ ...options, signedOut }, accountOf),
    requireSession: (request, session) => {
      if (mayUse(request, session)) return;
      throw standing(request, session) === "revoked" ? linkRevoked() : unauthorized(NOT_YOURS);
    },
    requireFiles: (session, key) => {
      if (typeof key !== "string" || !tokens.isForFiles(session, key)) throw unauthorized(NOT_YOURS);
    },
    claimedSessions: ({ headers }) => [...readCookies(headers.cookie).sessions.keys()],
    browserOf: ({ headers }, { id, linkRevision }) => {
      const { sessions, account } = readCookies(headers.cookie);
      return JSON.stringify([sessions.get(id), account, linkRevision]);
    },
    ...bearers(tokens),
    ...signIn(options),
    signOut: (request, response) => {
      const account = accountOf(request);
      if (account !== undefined && "expiresAt" in account) signedOut.add(account);
      clearAccountCookie(response, options.scope(request));
    },
    ...admission(options),
  };
}

/** What lets programs in. */
function bearers(
  tokens: Tokens,
): Pick<Access, "claimedByShell" | "isShellOf" | "claimedByUser" | "isUserOf" | "userToken"> {
  return {
    claimedByShell: ({ headers }) => {
      const token = bearerOf(headers.authorization) ?? "";
      const id = tokens.sessionOfShellToken(token);
      return id === undefined ? undefined : { id, token };
    },
    isShellOf: (session, token) => tokens.isForShell(session, token),
    claimedByUser: ({ headers }) => {
      const token = bearerOf(headers.authorization) ?? "";
      const claim = tokens.claimedByUserToken(token);
      return claim && { ...claim, token };
    },
    isUserOf: (session, { user, groups, token }) => tokens.isForUser(session, { user, groups }, token),
    userToken: (session, identity) => tokens.forUser(session, identity),
  };
}

/** What makes a browser that of an account, and nobody's again. */
function signIn(options: AccessOptions): Pick<Access, "isInstructorToken" | "login" | "enter"> {
  const { tokens, scope } = options;
  const enter = (request: Request, response: Response, account: Account) => {
    const claim = { ...account, expiresAt: Date.now() + ACCOUNT_MS };
    const holder = { secret: secretOfAccount(options, account) ?? "", pageKey: requirePageKey(request) };
    setAccountCookie(response, scope(request), tokens.forAccount(claim, holder), ACCOUNT_MS);
  };
  return {
    isInstructorToken: (token) => holderOf(options, token) !== undefined,
    login: (request, response, token) => {
      const account = holderOf(options, token);
      if (account === undefined)
        throw unauthorized(
          'That is no token of an instructor, or not any more. Ask your operator: "lectern token create" makes one.',
        );
      enter(request, response, account);
    },
    enter,
  };
}

/** What lets a browser in. */
function admission({
  tokens,
  instructorToken,
  scope,
  start,
}: AccessOptions): Pick<
  Access,
  "admit" | "admitByLink" | "admitToStart" | "startLink" | "startRule" | "forget" | "linkPath"
> {
  const admit = (request: Request, response: Response, session: GuardedSession) => {
    const left = Date.parse(session.expiresAt) - Date.now();
    const maxAgeMs = (Number.isFinite(left) ? Math.max(left, 0) : 0) + COOKIE_GRACE_MS;
    const token = tokens.forBrowser(session, requirePageKey(request));
    setSessionCookie(response, scope(request), { id: session.id, token, maxAgeMs });
  };
  return {
    admit,
    admitByLink: (request, response, { session, token }) => {
      const standing = tokens.ofLink(session, token);
      if (standing === "revoked") throw linkRevoked();
      if (standing === "unknown")
        throw unauthorized("The link does not open this session. Open it whole, as you were given it.");
      admit(request, response, session);
    },
    admitToStart: (request, response, token) => {
      if (!isSame(startToken(instructorToken()), token))
        throw unauthorized(
          "The link for starting labs is not valid any more. Ask your instructor for the new one.",
        );
      const holder = { instructorToken: instructorToken(), pageKey: requirePageKey(request) };
      setStartCookie(response, scope(request), tokens.forStart(holder));
    },
    forget: (request, response, session) => clearSessionCookie(response, scope(request), session),
    startRule: start,
    startLink: (url) => startLink(url, instructorToken()),
    linkPath: (session) => linkPath(tokens, session),
  };
}

/** The link that admits a browser to the session, relative to the mount point. */
export function linkPath(tokens: Pick<Tokens, "forLink">, session: TokenSubject): string {
  return `s/${session.id}#access=${tokens.forLink(session)}`;
}

const NOT_YOURS =
  "This browser has no access to the session. Open the link you were given, or start a session of your own.";

function unauthorized(message: string): ServerError {
  return new ServerError(serverErrorCodes.unauthorized, message);
}

function linkRevoked(): ServerError {
  return new ServerError(
    serverErrorCodes.linkRevoked,
    "The link to this session was revoked, and with it the access of every browser that had opened it. Ask your instructor for the new one.",
  );
}
