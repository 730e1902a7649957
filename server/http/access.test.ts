import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTokens } from "../auth/tokens.js";
import { createAccess } from "./access.js";

const session = {
  id: "lab-abc12",
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-01T01:00:00.000Z",
};
const other = { ...session, id: "lab-xyz89" };
const tokens = createTokens(randomBytes(32));
const access = createAccess({
  tokens,
  instructorToken: "the-instructor",
  scope: () => ({ base: "/", secure: false }),
});

describe("access", () => {
  it("lets a browser use the session its cookie is for, and no other", () => {
    const browser = withCookie(`lectern-session-${session.id}=${tokens.forBrowser(session)}`);
    expect([access.mayUse(browser, session), access.mayUse(browser, other)]).toEqual([true, false]);
    const renamed = withCookie(`lectern-session-${other.id}=${tokens.forBrowser(session)}`);
    expect(access.mayUse(renamed, other)).toBe(false);
  });

  it("refuses who brings nothing", () => {
    expect(() => access.requireSession({ headers: {} }, session)).toThrow(
      expect.objectContaining({ code: "SERVER_UNAUTHORIZED" }) as Error,
    );
    expect(() => access.requireInstructor({ headers: {} })).toThrow("Log in with the instructor token");
  });

  it("knows an instructor by cookie or bearer token, and lets one see every session without holding its cookie", () => {
    const byCookie = withCookie(`lectern-instructor=${tokens.forInstructor(Date.now() + 60_000)}`);
    const byBearer = { headers: { authorization: "Bearer the-instructor" } };
    for (const instructor of [byCookie, byBearer]) {
      expect([
        access.isInstructor(instructor),
        access.mayUse(instructor, session),
        access.holdsCookieOf(instructor, session),
      ]).toEqual([true, true, false]);
    }
    expect(access.isInstructor({ headers: { authorization: "Bearer guess" } })).toBe(false);
    expect(
      access.isInstructor(withCookie(`lectern-instructor=${tokens.forInstructor(Date.now() - 1)}`)),
    ).toBe(false);
  });

  it("takes a shell's token for a shell only, not for a browser or an instructor", () => {
    const shell = { headers: { authorization: `Bearer ${tokens.forShell(session)}` } };
    expect(access.claimedByShell(shell)?.id).toBe(session.id);
    expect([access.isInstructor(shell), access.mayUse(shell, session)]).toEqual([false, false]);
  });

  it("makes links that open the session and no other", () => {
    const token = new URL(access.linkPath(session), "http://localhost").searchParams.get("access") ?? "";
    expect([access.opens(session, token), access.opens(other, token)]).toEqual([true, false]);
  });
});

function withCookie(cookie: string) {
  return { headers: { cookie: `theme=dark; ${cookie}; other=1` } };
}
