import { createHmac, timingSafeEqual } from "node:crypto";

/** The session a token admits to; `createdAt` keeps a token of an ended session from opening a later one of the same name. */
export interface TokenSubject {
  id: string;
  createdAt: string;
}

export interface Tokens {
  /** Admits a browser to one session; the value of its cookie and of `?access=` in a link. */
  forBrowser(subject: TokenSubject): string;
  isForBrowser(subject: TokenSubject, token: string): boolean;
  /** The bearer token in a learner's shell, good for the policy API of one session's organization. */
  forShell(subject: TokenSubject): string;
  /** The session a bearer token claims to be for; `isForShell` says whether that is true. */
  sessionOfShellToken(token: string): string | undefined;
  isForShell(subject: TokenSubject, token: string): boolean;
  /** The value of an instructor's cookie. */
  forInstructor(expiresAt: number): string;
  isForInstructor(token: string, now: number): boolean;
}

/** Signs and verifies every token with one key (HMAC-SHA-256); replicas that share the key accept each other's. */
export function createTokens(key: Buffer): Tokens {
  const sign = (...parts: string[]) =>
    createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
  const browser = ({ id, createdAt }: TokenSubject) => sign("browser", id, createdAt);
  const shell = ({ id, createdAt }: TokenSubject) => `${id}.${sign("shell", id, createdAt)}`;
  const instructor = (expiresAt: string) => `${expiresAt}.${sign("instructor", expiresAt)}`;
  return {
    forBrowser: browser,
    isForBrowser: (subject, token) => isSame(browser(subject), token),
    forShell: shell,
    sessionOfShellToken: (token) => /^([a-z0-9-]{1,63})\.[\w-]{43}$/.exec(token)?.[1],
    isForShell: (subject, token) => isSame(shell(subject), token),
    forInstructor: (expiresAt) => instructor(String(expiresAt)),
    isForInstructor: (token, now) => {
      const expiresAt = token.split(".", 1)[0] ?? "";
      return /^\d{1,15}$/.test(expiresAt) && Number(expiresAt) > now && isSame(instructor(expiresAt), token);
    },
  };
}

/** Compares without telling by its duration how much of a guess was right. */
export function isSame(expected: string, received: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(received)];
  return left.length === right.length && timingSafeEqual(left, right);
}
