import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type AccountClaim, readClaim, writeClaim } from "./account.js";

import type { Identity } from "../../policy/common/roles.js";

/** The session a token admits to; `createdAt` keeps a token of an ended session from opening a later one of the same name. */
export interface TokenSubject {
  id: string;
  createdAt: string;
  /** Counts the links there have been; tokens of earlier ones are revoked. */
  linkRevision: number;
}

/** What a token is of the session it was shown for. */
export type TokenStanding = "valid" | "revoked" | "unknown";

export interface Tokens {
  /** What a link to the session carries. */
  forLink(subject: TokenSubject): string;
  ofLink(subject: TokenSubject, token: string): TokenStanding;
  /** The value of a browser's cookie for one session; worth nothing without the key its pages hold. */
  forBrowser(subject: TokenSubject, pageKey: string): string;
  ofBrowser(subject: TokenSubject, pageKey: string, token: string): TokenStanding;
  /** Reads the files of the session's lab, which a page shows by their address alone. */
  forFiles(subject: TokenSubject): string;
  isForFiles(subject: TokenSubject, token: string): boolean;
  /** Lets a browser into one application of the session; one that somebody else than the learner was given ends with their right. */
  forIngress(subject: TokenSubject, grant: IngressGrant): string;
  /** Who holds such a token that is good at `now`, in epoch milliseconds: the `holder` of its grant, or `learner`; nothing where it is not. */
  ingressHolderOf(
    subject: TokenSubject,
    token: string,
    asked: Pick<IngressGrant, "purpose" | "ingress"> & { now: number },
  ): string | undefined;
  /** The bearer token in a learner's shell, good for the policy API of one session's organization. */
  forShell(subject: TokenSubject): string;
  /** The session a bearer token claims to be for; `isForShell` says whether that is true. */
  sessionOfShellToken(token: string): string | undefined;
  isForShell(subject: TokenSubject, token: string): boolean;
  /** What logs a user of the session's organization in to the policy API; what it is good for is up to the roles of the user and of the groups. */
  forUser(subject: TokenSubject, identity: Identity): string;
  /** The session, the user and the groups that such a token claims to be for; `isForUser` says whether that is true. */
  claimedByUserToken(token: string): UserClaim | undefined;
  isForUser(subject: TokenSubject, identity: Identity, token: string): boolean;
  /** What the link of an event carries; short, for a QR code that is read across a room. `uid` is that of its object. */
  forEventLink(uid: string): string;
  /** The value of the cookie of a browser that opened the link; names the browser to the event. */
  forVisitor(uid: string, visitor: string, pageKey: string): string;
  /** The visitor the cookie names; nothing where it is of another event or page key. */
  visitorOf(uid: string, pageKey: string, token: string): string | undefined;
  /** A text that only this installation can have signed, for the page that a launch of a learning platform ends at. */
  forLti(text: string): string;
  /** The text; nothing where it was not signed here. */
  ofLti(token: string): string | undefined;
  /** What a sign-in is begun with in the browser of that page; none of it is kept. `now` is in epoch milliseconds. */
  forSignIn(now: number, pageKey: string): SignInProofs;
  /** The same once more, of its `state`; nothing where it is of another browser, or too long ago. */
  ofSignIn(state: string, now: number, pageKey: string): SignInProofs | undefined;
  /** The value of the cookie that lets a browser start labs; ends with the instructor's token. */
  forStart(holder: InstructorHolder): string;
  isForStart(token: string, holder: InstructorHolder): boolean;
  /** The value of the cookie of whoever is signed in; ends with the secret it hangs on, or without the page's key. */
  forAccount(claim: AccountClaim, holder: AccountHolder): string;
  /** Whose cookie it is; `secretOf` says what a claim hangs on, and nothing where that is over. */
  accountOf(
    token: string,
    asked: { now: number; pageKey: string; secretOf: (claim: AccountClaim) => string | undefined },
  ): AccountClaim | undefined;
}

/** What the token of a user says of itself. */
export interface UserClaim {
  /** Of the session. */
  id: string;
  user: string;
  groups: string[];
}

/** The holder of what the session's own browser is given. */
export const LEARNER = "learner";

export interface IngressGrant {
  /** `entry` opens the application once more within moments, `stay` is what the browser then holds. */
  purpose: "entry" | "stay";
  /** Its name in the lab. */
  ingress: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** What the right of somebody else hangs on, in base64url; absent where the browser is the learner's. */
  holder?: string;
}

export interface SignInProofs {
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636). */
  verifier: string;
}

export interface AccountHolder {
  /** The instructor's token, or what else the account is known by. */
  secret: string;
  pageKey: string;
}

export interface InstructorHolder {
  instructorToken: string;
  pageKey: string;
}

/** Long enough to find a password and a second factor. */
const SIGN_IN_MS = 600_000;
const SIGN_IN_BYTES = 16;
/** 132 bits. */
const EVENT_LINK_CHARACTERS = 22;

/** Signs and verifies every token with one key (HMAC-SHA-256); replicas that share the key accept each other's. */
export function createTokens(key: Buffer): Tokens {
  const sign = (...parts: string[]) =>
    createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
  const revised = (purpose: string, { id, createdAt, linkRevision }: TokenSubject, pageKey = "") =>
    `${String(linkRevision)}.${sign(purpose, id, createdAt, String(linkRevision), pageKey)}`;
  const standing = (purpose: string, subject: TokenSubject, token: string, pageKey = ""): TokenStanding => {
    const linkRevision = Number(/^(\d{1,9})\./.exec(token)?.[1] ?? Number.NaN);
    if (!isSame(revised(purpose, { ...subject, linkRevision }, pageKey), token)) return "unknown";
    return linkRevision === subject.linkRevision ? "valid" : "revoked";
  };
  const ingress = (
    { id, createdAt, linkRevision }: TokenSubject,
    { purpose, ingress: name, expiresAt, holder = LEARNER }: IngressGrant,
  ) => {
    const parts = [String(linkRevision), String(expiresAt), holder];
    return [...parts, sign("ingress", purpose, name, id, createdAt, ...parts)].join(".");
  };
  const lti = (written: string) => `${written}.${sign("lti", written)}`;
  const start = ({ instructorToken, pageKey }: InstructorHolder) => sign("start", instructorToken, pageKey);
  return {
    forLink: (subject) => revised("link", subject),
    ofLink: (subject, token) => standing("link", subject, token),
    forBrowser: (subject, pageKey) => revised("browser", subject, pageKey),
    ofBrowser: (subject, pageKey, token) => standing("browser", subject, token, pageKey),
    forFiles: (subject) => revised("files", subject),
    isForFiles: (subject, token) => standing("files", subject, token) === "valid",
    forIngress: ingress,
    ingressHolderOf: (subject, token, { now, ...asked }) => {
      const [, expires = "", holder] = /^\d{1,9}\.(\d{1,15})\.([\w-]{1,1000})\./.exec(token) ?? [];
      const expiresAt = Number(expires);
      if (holder === undefined || expiresAt <= now) return undefined;
      return isSame(ingress(subject, { ...asked, expiresAt, holder }), token) ? holder : undefined;
    },
    ...bearerTokens(sign),
    ...eventTokens(sign),
    forStart: start,
    isForStart: (token, holder) => isSame(start(holder), token),
    ...accountTokens(sign),
    ...signInTokens(sign),
    forLti: (written) => lti(Buffer.from(written).toString("base64url")),
    ofLti: (token) => {
      const written = token.split(".", 1)[0] ?? "";
      return isSame(lti(written), token) ? Buffer.from(written, "base64url").toString() : undefined;
    },
  };
}

/** What programs carry, and no browser. */
function bearerTokens(
  sign: (...parts: string[]) => string,
): Pick<
  Tokens,
  "forShell" | "sessionOfShellToken" | "isForShell" | "forUser" | "claimedByUserToken" | "isForUser"
> {
  const shell = ({ id, createdAt }: TokenSubject) => `${id}.${sign("shell", id, createdAt)}`;
  // No name has a comma in it.
  const user = ({ id, createdAt }: TokenSubject, { user: name, groups = [] }: Identity) => {
    const names = [name, ...groups].join(",");
    return `${id}.${Buffer.from(names).toString("base64url")}.${sign("user", names, id, createdAt)}`;
  };
  return {
    forShell: shell,
    sessionOfShellToken: (token) => /^([a-z0-9-]{1,63})\.[\w-]{43}$/.exec(token)?.[1],
    isForShell: (subject, token) => isSame(shell(subject), token),
    forUser: user,
    claimedByUserToken: (token) => {
      const [, id, names] = /^([a-z0-9-]{1,63})\.([\w-]{1,4000})\.[\w-]{43}$/.exec(token) ?? [];
      if (id === undefined || names === undefined) return undefined;
      const [name = "", ...groups] = Buffer.from(names, "base64url").toString().split(",");
      return { id, user: name, groups };
    },
    isForUser: (subject, identity, token) => isSame(user(subject, identity), token),
  };
}

/** What binds the way to a provider and back to one browser. */
function signInTokens(sign: (...parts: string[]) => string): Pick<Tokens, "forSignIn" | "ofSignIn"> {
  const proofsOf = (at: string, once: string, pageKey: string): SignInProofs => ({
    state: `${at}.${once}.${sign("sign-in state", at, once, pageKey)}`,
    nonce: sign("sign-in nonce", at, once, pageKey),
    verifier: sign("sign-in verifier", at, once, pageKey),
  });
  return {
    forSignIn: (now, pageKey) =>
      proofsOf(String(now), randomBytes(SIGN_IN_BYTES).toString("base64url"), pageKey),
    ofSignIn: (state, now, pageKey) => {
      const [, at = "", once = ""] = /^(\d{1,15})\.([\w-]{1,40})\./.exec(state) ?? [];
      const proofs = proofsOf(at, once, pageKey);
      return isSame(proofs.state, state) && Number(at) + SIGN_IN_MS > now ? proofs : undefined;
    },
  };
}

/** What says who is signed in. */
function accountTokens(sign: (...parts: string[]) => string): Pick<Tokens, "forAccount" | "accountOf"> {
  const account = (claim: string, { secret, pageKey }: AccountHolder) =>
    `${claim}.${sign("account", claim, secret, pageKey)}`;
  return {
    forAccount: (claim, holder) => account(writeClaim(claim), holder),
    accountOf: (token, { now, pageKey, secretOf }) => {
      const written = token.split(".", 1)[0] ?? "";
      const claim = readClaim(written);
      if (claim === undefined || claim.expiresAt <= now) return undefined;
      const secret = secretOf(claim);
      if (secret === undefined || !isSame(account(written, { secret, pageKey }), token)) return undefined;
      return claim;
    },
  };
}

/** What lets browsers come to an event. */
function eventTokens(
  sign: (...parts: string[]) => string,
): Pick<Tokens, "forEventLink" | "forVisitor" | "visitorOf"> {
  const visitor = (uid: string, id: string, pageKey: string) => `${id}.${sign("visitor", uid, id, pageKey)}`;
  return {
    forEventLink: (uid) => sign("event link", uid).slice(0, EVENT_LINK_CHARACTERS),
    forVisitor: visitor,
    visitorOf: (uid, pageKey, token) => {
      const id = token.split(".", 1)[0] ?? "";
      return isSame(visitor(uid, id, pageKey), token) ? id : undefined;
    },
  };
}

/** Compares without telling by its duration how much of a guess was right. */
export function isSame(expected: string, received: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(received)];
  return left.length === right.length && timingSafeEqual(left, right);
}
