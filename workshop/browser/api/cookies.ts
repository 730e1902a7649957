/** What a browser is told that keeps no cookies; what is to be done then follows it. */
export const NO_COOKIES =
  "Your browser keeps no cookies of this page, and without them it could not find your session again. Allow cookies for this address, or use another browser, and";

/** The same of who logs in. */
export const NO_LOGIN_COOKIES =
  "The token is right, but your browser keeps no cookies of this page, and without them nobody stays logged in. Allow cookies for this address, or use another browser, and log in again.";

/** Whether cookies are worth trying. Within another page a browser may keep some and say that it keeps none. */
export function mayKeepCookies(): boolean {
  return navigator.cookieEnabled || globalThis.top !== globalThis.self;
}
