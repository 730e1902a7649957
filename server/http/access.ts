import type { Request, Response } from "express";
import { isSame } from "../auth/tokens.js";
import type { TokenSubject, Tokens } from "../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { clearSessionCookie, readCookies, setInstructorCookie, setSessionCookie } from "./cookies.js";
import type { CookieScope } from "./cookies.js";

/** What a request carries that says who sent it; upgrades have no Express request. */
export interface Credentials {
  headers: { cookie?: string | undefined; authorization?: string | undefined };
}

/** A session as the access rules see it. */
export interface GuardedSession extends TokenSubject {
  /** ISO 8601; its cookie lasts as long. */
  expiresAt: string;
}

export interface Access {
  isInstructor(request: Credentials): boolean;
  mayUse(request: Credentials, session: GuardedSession): boolean;
  /** Whether the browser was admitted to this very session, and is not only an instructor's. */
  holdsCookieOf(request: Credentials, session: GuardedSession): boolean;
  /** Throws SERVER_UNAUTHORIZED. */
  requireInstructor(request: Credentials): void;
  /** Throws SERVER_UNAUTHORIZED. */
  requireSession(request: Credentials, session: GuardedSession): void;
  /** Whether the token is the one of a link to the session. */
  opens(session: GuardedSession, token: string): boolean;
  /** Names of the sessions whose cookies the browser sends, unverified. */
  claimedSessions(request: Credentials): string[];
  /** The session a shell's bearer token claims to be of, and whether it is. */
  claimedByShell(request: Credentials): { id: string; token: string } | undefined;
  isShellOf(session: GuardedSession, token: string): boolean;
  admit(request: Request, response: Response, session: GuardedSession): void;
  forget(request: Request, response: Response, session: string): void;
  isInstructorToken(token: string): boolean;
  /** Throws SERVER_UNAUTHORIZED when the token is not the instructor's. */
  login(request: Request, response: Response, token: string): void;
  /** The link that admits a browser to the session, relative to the mount point. */
  linkPath(session: GuardedSession): string;
}

export interface AccessOptions {
  tokens: Tokens;
  instructorToken: string;
  /** Where Lectern is mounted, as the browser sees it. */
  scope: (request: Request) => CookieScope;
}

/** A working day; an instructor logs in each morning. */
const INSTRUCTOR_MS = 12 * 3600 * 1000;
/** A session's cookie outlives it, so that its pages stay readable. */
const COOKIE_GRACE_MS = 24 * 3600 * 1000;

/** The rules of who may see and do what. */
export function createAccess({ tokens, instructorToken, scope }: AccessOptions): Access {
  const isInstructor = ({ headers }: Credentials) => {
    const bearer = bearerOf(headers.authorization);
    const cookie = readCookies(headers.cookie).instructor;
    if (bearer !== undefined && isSame(instructorToken, bearer)) return true;
    return cookie !== undefined && tokens.isForInstructor(cookie, Date.now());
  };
  const holdsCookieOf = (request: Credentials, session: GuardedSession) => {
    const cookie = readCookies(request.headers.cookie).sessions.get(session.id);
    return cookie !== undefined && tokens.isForBrowser(session, cookie);
  };
  const mayUse = (request: Credentials, session: GuardedSession) =>
    holdsCookieOf(request, session) || isInstructor(request);
  return {
    isInstructor,
    mayUse,
    holdsCookieOf,
    requireInstructor: (request) => {
      if (!isInstructor(request))
        throw unauthorized("Only instructors may do this. Log in with the instructor token.");
    },
    requireSession: (request, session) => {
      if (!mayUse(request, session)) throw unauthorized(NOT_YOURS);
    },
    opens: (session, token) => tokens.isForBrowser(session, token),
    claimedSessions: ({ headers }) => [...readCookies(headers.cookie).sessions.keys()],
    claimedByShell: ({ headers }) => {
      const token = bearerOf(headers.authorization) ?? "";
      const id = tokens.sessionOfShellToken(token);
      return id === undefined ? undefined : { id, token };
    },
    isShellOf: (session, token) => tokens.isForShell(session, token),
    ...admission({ tokens, instructorToken, scope }),
  };
}

/** What lets a browser in. */
function admission({
  tokens,
  instructorToken,
  scope,
}: AccessOptions): Pick<Access, "admit" | "forget" | "isInstructorToken" | "login" | "linkPath"> {
  return {
    admit: (request, response, session) => {
      const left = Date.parse(session.expiresAt) - Date.now();
      const maxAgeMs = (Number.isFinite(left) ? Math.max(left, 0) : 0) + COOKIE_GRACE_MS;
      setSessionCookie(response, scope(request), {
        id: session.id,
        token: tokens.forBrowser(session),
        maxAgeMs,
      });
    },
    forget: (request, response, session) => clearSessionCookie(response, scope(request), session),
    isInstructorToken: (token) => isSame(instructorToken, token),
    login: (request, response, token) => {
      if (!isSame(instructorToken, token))
        throw unauthorized("That is not the instructor token. It is printed when the server starts.");
      setInstructorCookie(
        response,
        scope(request),
        tokens.forInstructor(Date.now() + INSTRUCTOR_MS),
        INSTRUCTOR_MS,
      );
    },
    linkPath: (session) => `s/${session.id}?access=${tokens.forBrowser(session)}`,
  };
}

const NOT_YOURS =
  "This browser has no access to the session. Open the link you were given, or start a session of your own.";

function bearerOf(authorization: string | undefined): string | undefined {
  return authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : undefined;
}

function unauthorized(message: string): ServerError {
  return new ServerError(serverErrorCodes.unauthorized, message);
}
