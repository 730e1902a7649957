import { randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import { describe, expect, it, vi } from "vitest";
import type { Account } from "../auth/account.js";
import { createTokens } from "../auth/tokens.js";
import { createAccess } from "./access.js";

const session = {
  id: "lab-abc12",
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-01T01:00:00.000Z",
  linkRevision: 1,
};
const other = { ...session, id: "lab-xyz89" };
const pageKey = randomBytes(32).toString("base64url");
const tokens = createTokens(randomBytes(32));
const operator = { by: "installation", id: "", role: "operator", name: "Operator" } as const;
const helper = { by: "token", id: "h1", role: "helper", name: "ben" } as const;
const reader = { by: "provider", id: "issuer ada", role: "helper", name: "ada" } as const;
const good = new Map([["h1", "digest"]]);
let looks = 0;
/** Of the event "day" ben is a helper and cleo, who may more elsewhere, as well; "bare" is of nobody whom this test knows. */
const helpers = ["ben", "cleo", "oidc:issuer ada"];
const access = createAccess({
  tokens,
  instructorToken: () => "the-instructor",
  namedTokens: {
    accountOf: (token) => (token === "bens" && good.has("h1") ? helper : undefined),
    secretOf: (id) => good.get(id),
    look: () => Promise.resolve(void (looks += 1)),
  },
  provider: { stamp: "stamp" },
  staff: {
    roleIn: (event, name) => (event === "day" && helpers.includes(name) ? "helper" : "learner"),
  },
  start: "open",
  scope: () => ({ base: "/", secure: false }),
});
const learner = withCookie(`lectern-session-${session.id}=${tokens.forBrowser(session, pageKey)}`);
const instructor = signedIn(operator, "the-instructor");

describe("access", () => {
  it("lets a page use the session its cookie is for, and no other", () => {
    expect([access.mayUse(learner, session), access.mayUse(learner, other)]).toEqual([true, false]);
    const renamed = withCookie(`lectern-session-${other.id}=${tokens.forBrowser(session, pageKey)}`);
    expect(access.mayUse(renamed, other)).toBe(false);
  });

  it("lets nobody do anything with a cookie alone, or with another page's key", () => {
    for (const { headers } of [learner, instructor]) {
      const { cookie } = headers;
      for (const key of [undefined, "", "guess", randomBytes(32).toString("base64url"), [pageKey, pageKey]]) {
        const request = { headers: { cookie, "lectern-page-key": key } };
        expect(access.mayUse(request, session)).toBe(false);
        expect(access.isInstructor(request)).toBe(false);
        expect(() => access.requireSession(request, session)).toThrow("no access");
      }
    }
  });

  it("asks what tokens there are where an account it does not know is brought, which a picture's request does not", async () => {
    const claim = {
      by: "token",
      id: "h2",
      role: "helper",
      name: "eve",
      expiresAt: Date.now() + 60_000,
    } as const;
    const cookie = `lectern-account=${tokens.forAccount(claim, { secret: "new", pageKey })}`;
    await access.lookUpAccount({ headers: { cookie } });
    expect(looks).toBe(0);
    await access.lookUpAccount(withCookie(cookie));
    expect(looks).toBe(1);
  });

  it("holds what was given to somebody only as long as their log-in, which its browser may end", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const provided = signedIn(reader, "stamp");
      const [another, leaving] = [signedIn(reader, "stamp", 50_000), signedIn(reader, "stamp", 40_000)];
      const standings = [provided, another, leaving].map((one) => access.standingOf(one));
      const stand = () => standings.map((one) => access.stands(one, {}));
      expect(stand()).toEqual([true, true, true]);
      access.signOut(leaving as unknown as Request, { clearCookie: () => undefined } as never);
      expect([...stand(), access.accountOf(leaving)]).toEqual([true, true, false, undefined]);
      vi.advanceTimersByTime(55_000);
      expect(stand()).toEqual([true, false, false]);
      // A program brings its token each time.
      const program = access.standingOf({ headers: { authorization: "Bearer bens" } });
      vi.advanceTimersByTime(20_000);
      expect([...stand(), access.stands(program, {})]).toEqual([false, false, false, true]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("refuses who brings nothing", () => {
    expect(() => access.requireSession({ headers: {} }, session)).toThrow(
      expect.objectContaining({ code: "SERVER_UNAUTHORIZED" }) as Error,
    );
    expect(() => access.requireInstructor({ headers: {} })).toThrow("Log in with the instructor token");
  });

  it("says of a cookie and of a link that they were revoked, and keeps a stranger's guess unknown", () => {
    const later = { ...session, linkRevision: 2 };
    const revoked = expect.objectContaining({ code: "SERVER_LINK_REVOKED" }) as Error;
    expect(() => access.requireSession(learner, later)).toThrow(revoked);
    expect(() => enter(later, tokens.forLink(session))).toThrow(revoked);
    expect(() => enter(later, "1.guess")).toThrow("does not open this session");
    expect(() => access.requireFiles(later, tokens.forFiles(session))).toThrow("no access");
  });

  it("knows an instructor by cookie or bearer token, and lets one see every session without being its learner", () => {
    const byBearer = { headers: { authorization: "Bearer the-instructor" } };
    for (const request of [instructor, byBearer]) {
      expect([
        access.isInstructor(request),
        access.mayUse(request, session),
        access.isLearner(request, session),
      ]).toEqual([true, true, false]);
    }
    expect(access.isInstructor({ headers: { authorization: "Bearer guess" } })).toBe(false);
    expect(access.isInstructor(signedIn(operator, "the-instructor", -1))).toBe(false);
  });

  it("lets a helper use sessions, end none of them, and do nothing more once the token is revoked", () => {
    const forbidden = expect.objectContaining({ code: "SERVER_ROLE_FORBIDDEN" }) as Error;
    const requests = [signedIn(helper, "digest"), { headers: { authorization: "Bearer bens" } }];
    for (const request of requests) {
      expect(access.accountOf(request)).toMatchObject(helper);
      expect([access.mayUse(request, session), access.isInstructor(request)]).toEqual([true, false]);
      expect(() => access.requireInstructor(request)).toThrow(forbidden);
      expect(() => access.requireEnd(request, session)).toThrow(forbidden);
    }
    expect(() => access.requireEnd(learner, session)).not.toThrow();
    good.clear();
    for (const request of requests) {
      expect(access.accountOf(request)).toBeUndefined();
      expect(access.mayUse(request, session)).toBe(false);
    }
  });

  it("lets somebody do in an event, and in its sessions, what they were named for there and no more, and operators all", () => {
    good.set("h1", "digest");
    const cleo = { by: "token", id: "c1", role: "instructor", name: "cleo" } as const;
    good.set("c1", "other");
    const [day, bare] = [
      { ...session, event: "day" },
      { ...session, event: "bare" },
    ];
    const [ben, both, ada] = [signedIn(helper, "digest"), signedIn(cleo, "other"), signedIn(reader, "stamp")];
    const roles = [ben, both, ada, instructor].map((one) => [{}, day, bare].map(access.rolesOf(one)));
    expect(roles).toEqual([
      ["helper", "helper", "learner"],
      ["instructor", "helper", "learner"],
      ["helper", "helper", "learner"],
      ["operator", "operator", "operator"],
    ]);
    const theirs = expect.objectContaining({ code: "SERVER_EVENT_FORBIDDEN" }) as Error;
    expect(() => access.requireEnd(both, session)).not.toThrow();
    expect(() => access.requireEnd(both, day)).toThrow(theirs);
    expect(() => access.requireInstructor(both, day)).toThrow(theirs);
    expect([access.mayUse(both, day), access.mayUse(both, bare)]).toEqual([true, false]);
    expect([day, bare].map((of) => access.stands(access.standingOf(both), of))).toEqual([true, false]);
    expect([day, bare].map((of) => access.stands(access.standingOf(ada), of))).toEqual([true, false]);
    expect(access.stands(access.standingOf(instructor), bare)).toBe(true);
    good.clear();
  });

  it("takes a shell's token for a shell only, not for a browser or an instructor", () => {
    const shell = { headers: { authorization: `Bearer ${tokens.forShell(session)}` } };
    expect(access.claimedByShell(shell)?.id).toBe(session.id);
    expect([access.isInstructor(shell), access.mayUse(shell, session)]).toEqual([false, false]);
  });

  it("makes links that open the session and no other, with the secret where no server sees it", () => {
    const { hash, search } = new URL(access.linkPath(session), "http://localhost");
    const token = hash.replace("#access=", "");
    expect(search).toBe("");
    expect(enter(session, token)).toContain(`lectern-session-${session.id}`);
    expect(() => enter(other, token)).toThrow("does not open this session");
    expect(() => enter(session, token, {})).toThrow("Reload the page");
  });
});

/** Opens a link and gives the names of the cookies that were set. */
function enter(subject: typeof session, token: string, headers: object = { "lectern-page-key": pageKey }) {
  const set: string[] = [];
  const response = { cookie: (name: string) => set.push(name) } as unknown as Response;
  access.admitByLink({ headers } as Request, response, { session: subject, token });
  return set;
}

function signedIn(account: Account, secret: string, leftMs = 60_000) {
  const claim = { ...account, expiresAt: Date.now() + leftMs };
  return withCookie(`lectern-account=${tokens.forAccount(claim, { secret, pageKey })}`);
}

function withCookie(cookie: string) {
  return { headers: { cookie: `theme=dark; ${cookie}; other=1`, "lectern-page-key": pageKey } };
}
