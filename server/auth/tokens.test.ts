import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTokens } from "./tokens.js";

const subject = { id: "lab-abc12", createdAt: "2026-01-01T00:00:00Z", linkRevision: 1 };
const pageKey = "k".repeat(43);

describe("tokens", () => {
  const tokens = createTokens(randomBytes(32));

  it("admit a browser to its own session only, and only with the key of its pages", () => {
    const token = tokens.forBrowser(subject, pageKey);
    expect(tokens.ofBrowser(subject, pageKey, token)).toBe("valid");
    expect(tokens.ofBrowser(subject, "x".repeat(43), token)).toBe("unknown");
    expect(tokens.ofBrowser({ ...subject, id: "lab-other" }, pageKey, token)).toBe("unknown");
    expect(tokens.ofBrowser({ ...subject, createdAt: "2026-01-02T00:00:00Z" }, pageKey, token)).toBe(
      "unknown",
    );
  });

  it("of an earlier link are known as revoked, and forged ones are not", () => {
    const later = { ...subject, linkRevision: 2 };
    const [link, cookie] = [tokens.forLink(subject), tokens.forBrowser(subject, pageKey)];
    expect([tokens.ofLink(later, link), tokens.ofBrowser(later, pageKey, cookie)]).toEqual([
      "revoked",
      "revoked",
    ]);
    expect(tokens.ofLink(later, link.replace("1.", "2."))).toBe("unknown");
    expect(tokens.ofLink(later, tokens.forLink(later))).toBe("valid");
    expect(tokens.isForFiles(later, tokens.forFiles(subject))).toBe(false);
  });

  it("keep the purposes apart", () => {
    const bare = tokens.forShell(subject).split(".")[1] ?? "";
    expect(tokens.ofLink(subject, `1.${bare}`)).toBe("unknown");
    expect(tokens.ofBrowser(subject, "", tokens.forLink(subject))).toBe("unknown");
    expect(tokens.isForFiles(subject, tokens.forLink(subject))).toBe(false);
    expect(tokens.isForShell(subject, `${subject.id}.${tokens.forLink(subject).slice(2)}`)).toBe(false);
  });

  it("name the session of a shell's token and refuse an altered one", () => {
    const token = tokens.forShell(subject);
    expect(tokens.sessionOfShellToken(token)).toBe("lab-abc12");
    expect(tokens.isForShell(subject, token)).toBe(true);
    expect(tokens.isForShell(subject, `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`)).toBe(false);
    expect(tokens.sessionOfShellToken("../../etc/passwd.x")).toBeUndefined();
  });

  it("end an account's cookie at its time, with what it hangs on, and without the page's key", () => {
    const claim = { by: "token", id: "1a2b", role: "instructor", name: "Ms Ø", expiresAt: 1000 } as const;
    const token = tokens.forAccount(claim, { secret: "digest", pageKey });
    const asked = { now: 999, pageKey, secretOf: () => "digest" };
    expect(tokens.accountOf(token, asked)).toEqual(claim);
    const raised = tokens.forAccount({ ...claim, role: "operator" }, { secret: "guess", pageKey });
    for (const [of, other] of [
      [token, { now: 1000 }],
      [token, { pageKey: "" }],
      [token, { secretOf: () => undefined }],
      [token, { secretOf: () => "another" }],
      [raised, {}],
      [`${raised.split(".")[0] ?? ""}.${token.split(".")[1] ?? ""}`, {}],
      ["", {}],
      ["e30.", {}],
      ["x".repeat(10_000), {}],
    ] as const)
      expect(tokens.accountOf(of, { ...asked, ...other })).toBeUndefined();
  });

  it("prove of a sign-in that the browser that finishes it began it, within ten minutes", () => {
    const begun = tokens.forSignIn(1000, pageKey);
    expect(tokens.ofSignIn(begun.state, 600_999, pageKey)).toEqual(begun);
    expect(begun.verifier).toMatch(/^[\w-]{43}$/);
    expect(new Set([begun.nonce, begun.verifier, begun.state]).size).toBe(3);
    expect(tokens.forSignIn(1000, pageKey).verifier).not.toBe(begun.verifier);
    expect(tokens.ofSignIn(begun.state, 601_000, pageKey)).toBeUndefined();
    expect(tokens.ofSignIn(begun.state, 1000, "x".repeat(43))).toBeUndefined();
    for (const state of ["", begun.state.replace("1000", "9000"), `${begun.state}x`])
      expect(tokens.ofSignIn(state, 1000, pageKey)).toBeUndefined();
  });

  it("let a browser into one application of one session for one purpose, until their time or link is over", () => {
    const grant = { purpose: "stay", ingress: "web", expiresAt: 1000 } as const;
    const asked = { purpose: "stay", ingress: "web", now: 999 } as const;
    const token = tokens.forIngress(subject, grant);
    expect(tokens.ingressHolderOf(subject, token, asked)).toBe("learner");
    for (const other of [{ now: 1000 }, { ingress: "web2" }, { purpose: "entry" as const }])
      expect(tokens.ingressHolderOf(subject, token, { ...asked, ...other })).toBeUndefined();
    for (const other of [{ id: "lab-other" }, { createdAt: "2026-01-02T00:00:00Z" }, { linkRevision: 2 }])
      expect(tokens.ingressHolderOf({ ...subject, ...other }, token, asked)).toBeUndefined();
    for (const forged of [token.replace("1000", "9000"), token.replace("learner", "somebody")])
      expect(tokens.ingressHolderOf(subject, forged, asked)).toBeUndefined();
  });

  it("for an application say what the right of an instructor hangs on", () => {
    const grant = { purpose: "entry", ingress: "web", expiresAt: 1000, holder: "the-instructor" } as const;
    const asked = { purpose: "entry", ingress: "web", now: 0 } as const;
    const token = tokens.forIngress(subject, grant);
    expect(tokens.ingressHolderOf(subject, token, asked)).toBe("the-instructor");
    expect(
      tokens.ingressHolderOf(subject, token.replace("the-instructor", "the-learner"), asked),
    ).toBeUndefined();
  });

  it("of a user log in one user of one session, and no shell", () => {
    const alice = { user: "alice@example.com" };
    const token = tokens.forUser(subject, alice);
    expect(tokens.claimedByUserToken(token)).toEqual({ id: subject.id, ...alice, groups: [] });
    expect(tokens.isForUser(subject, alice, token)).toBe(true);
    expect(tokens.isForUser(subject, { user: "bob@example.com" }, token)).toBe(false);
    expect(tokens.isForUser({ ...subject, id: "lab-other" }, alice, token)).toBe(false);
    expect(tokens.isForUser({ ...subject, createdAt: "2026-01-02T00:00:00Z" }, alice, token)).toBe(false);
    expect(tokens.sessionOfShellToken(token)).toBeUndefined();
    expect(tokens.claimedByUserToken(tokens.forShell(subject))).toBeUndefined();
  });

  it("of a user say which groups it is of, and log in nobody of others", () => {
    const alice = { user: "alice", groups: ["blue", "qa@example.com"] };
    const token = tokens.forUser(subject, alice);
    expect(tokens.claimedByUserToken(token)).toEqual({ id: subject.id, ...alice });
    expect(tokens.isForUser(subject, alice, token)).toBe(true);
    const others = [["blue"], [], ["blue", "qa@example.com", "admins"], ["qa@example.com", "blue"]];
    for (const groups of others)
      expect(tokens.isForUser(subject, { user: "alice", groups }, token)).toBe(false);
    const most = { user: "a".repeat(253), groups: Array.from({ length: 10 }, () => "g".repeat(253)) };
    expect(tokens.claimedByUserToken(tokens.forUser(subject, most))).toEqual({ id: subject.id, ...most });
  });

  it("are worth nothing under another key", () => {
    expect(createTokens(randomBytes(32)).ofLink(subject, tokens.forLink(subject))).toBe("unknown");
  });
});
