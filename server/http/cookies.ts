import type { Response } from "express";

const SESSION_PREFIX = "lectern-session-";
const INSTRUCTOR = "lectern-instructor";
/** A browser sends them all with every call; the one it used last matters, not a hoard. */
const COOKIE_HEADER_LIMIT = 16 * 1024;

/** What a browser's cookies say about it, unverified. */
export interface LecternCookies {
  /** Access tokens by session. */
  sessions: Map<string, string>;
  instructor?: string;
}

/** Reads the cookies that are ours; anything malformed is left out. */
export function readCookies(header: string | undefined): LecternCookies {
  const cookies: LecternCookies = { sessions: new Map() };
  for (const part of (header ?? "").slice(0, COOKIE_HEADER_LIMIT).split(";")) {
    const at = part.indexOf("=");
    const [name, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (at > 0 && name === INSTRUCTOR) cookies.instructor = value;
    else if (at > 0 && name.startsWith(SESSION_PREFIX))
      cookies.sessions.set(name.slice(SESSION_PREFIX.length), value);
  }
  return cookies;
}

export interface CookieScope {
  /** Where Lectern is mounted, ending in `/`. */
  base: string;
  /** Whether the browser reaches it by HTTPS. */
  secure: boolean;
}

/** Admits the browser to a session. `maxAgeMs` is the time the session has left. */
export function setSessionCookie(
  response: Response,
  scope: CookieScope,
  session: { id: string; token: string; maxAgeMs: number },
): void {
  response.cookie(`${SESSION_PREFIX}${session.id}`, session.token, {
    ...options(scope),
    maxAge: session.maxAgeMs,
  });
}

/** Forgets a session in this browser. */
export function clearSessionCookie(response: Response, scope: CookieScope, id: string): void {
  response.clearCookie(`${SESSION_PREFIX}${id}`, options(scope));
}

/** Makes the browser an instructor's. */
export function setInstructorCookie(
  response: Response,
  scope: CookieScope,
  token: string,
  maxAgeMs: number,
): void {
  response.cookie(INSTRUCTOR, token, { ...options(scope), maxAge: maxAgeMs });
}

function options({ base, secure }: CookieScope) {
  // Only the API reads them, so pages, pictures and scripts are fetched without.
  return { httpOnly: true, sameSite: "strict", secure, path: `${base}api/` } as const;
}
