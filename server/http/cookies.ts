import { parseCookie } from "cookie";
import type { Response } from "express";

const SESSION = "lectern-session-";
const ACCOUNT = "lectern-account";
const START = "lectern-start";
const LTI = "lectern-lti";
/** As long as a login at a platform may take. */
const LTI_MS = 15 * 60_000;
const EVENT = "lectern-event-";
/** A course of some weeks. */
const START_MS = 30 * 24 * 3600 * 1000;
/** A browser takes a cookie of such a name only over TLS, and only from the very path it names. */
const SECURE_PREFIX = /^__(Host|Secure)-/;
/** A browser sends them all with every call; the one it used last matters, not a hoard. */
const COOKIE_HEADER_LIMIT = 16 * 1024;

/** What a browser's cookies say about it, unverified. */
export interface LecternCookies {
  /** Tokens by session. */
  sessions: Map<string, string>;
  /** Who is signed in. */
  account?: string;
  /** What lets the browser start labs. */
  start?: string;
  /** What a launch of a learning platform was begun with. */
  lti?: string;
  /** Tokens by event. */
  events: Map<string, string>;
}

/** Reads the cookies that are ours; anything malformed is left out. */
export function readCookies(header: string | undefined): LecternCookies {
  const cookies: LecternCookies = { sessions: new Map(), events: new Map() };
  const sent = Object.entries(parseCookie((header ?? "").slice(0, COOKIE_HEADER_LIMIT)));
  // The prefixed last, so that they win: a page without TLS on another port can set a plain one beside ours.
  for (const [prefixed, value] of [...sent.filter((one) => !isSecure(one)), ...sent.filter(isSecure)]) {
    const name = prefixed.replace(SECURE_PREFIX, "");
    if (value === undefined) continue;
    if (name === ACCOUNT) cookies.account = value;
    else if (name === START) cookies.start = value;
    else if (name === LTI) cookies.lti = value;
    else if (name.startsWith(EVENT)) cookies.events.set(name.slice(EVENT.length), value);
    else if (name.startsWith(SESSION)) cookies.sessions.set(name.slice(SESSION.length), value);
  }
  return cookies;
}

function isSecure([name]: [string, unknown]): boolean {
  return SECURE_PREFIX.test(name);
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
  setCookie(response, scope, { name: `${SESSION}${session.id}`, ...session });
}

/** Forgets a session in this browser. */
export function clearSessionCookie(response: Response, scope: CookieScope, id: string): void {
  const { prefix, ...options } = attributes(scope);
  response.clearCookie(`${prefix}${SESSION}${id}`, options);
}

/** Makes the browser that of an account. */
export function setAccountCookie(
  response: Response,
  scope: CookieScope,
  token: string,
  maxAgeMs: number,
): void {
  setCookie(response, scope, { name: ACCOUNT, token, maxAgeMs });
}

/** Makes the browser nobody's. */
export function clearAccountCookie(response: Response, scope: CookieScope): void {
  const { prefix, ...options } = attributes(scope);
  response.clearCookie(`${prefix}${ACCOUNT}`, options);
}

/** Lets the browser start labs. */
export function setStartCookie(response: Response, scope: CookieScope, token: string): void {
  setCookie(response, scope, { name: START, token, maxAgeMs: START_MS });
}

/** Names the browser to an event it has opened the link of. `maxAgeMs` is the time until the event is over. */
export function setEventCookie(
  response: Response,
  scope: CookieScope,
  event: { name: string; token: string; maxAgeMs: number },
): void {
  setCookie(response, scope, { ...event, name: `${EVENT}${event.name}` });
}

/**
 * Names the browser between the beginning of a launch and its end, which another site posts, and our page after that: the one cookie of
 * ours that comes from other sites. Applications of sessions have hosts beside ours, and can set none of a `__Host-` name.
 */
export function setLtiCookie(
  response: Response,
  { base, secure }: CookieScope,
  { browser, isFramed }: { browser: string; isFramed: boolean },
): void {
  const prefix = base === "/" && secure ? "__Host-" : "__Secure-";
  // Browsers take it without TLS on this machine alone, where it is for trying things.
  const options = { httpOnly: true, secure: true, sameSite: "none", path: base, maxAge: LTI_MS } as const;
  // In a frame of a platform browsers keep what is of that platform's page alone.
  response.cookie(`${prefix}${LTI}`, browser, isFramed ? { ...options, partitioned: true } : options);
}

function setCookie(
  response: Response,
  scope: CookieScope,
  { name, token, maxAgeMs }: { name: string; token: string; maxAgeMs: number },
): void {
  const { prefix, ...options } = attributes(scope);
  response.cookie(`${prefix}${name}`, token, { ...options, maxAge: maxAgeMs });
}

/** `__Host-` binds a cookie to this host and needs the path `/`; below another path the narrower path is worth more. */
function attributes({ base, secure }: CookieScope) {
  const always = { httpOnly: true, sameSite: "strict", secure } as const;
  if (secure && base === "/") return { prefix: "__Host-", ...always, path: "/" };
  // Only the API reads them, so pages, pictures and scripts are fetched without.
  return { prefix: secure ? "__Secure-" : "", ...always, path: `${base}api/` };
}
