import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTokens } from "./tokens.js";

const subject = { id: "lab-abc12", createdAt: "2026-01-01T00:00:00Z" };

describe("tokens", () => {
  const tokens = createTokens(randomBytes(32));

  it("admit a browser to its own session only", () => {
    const token = tokens.forBrowser(subject);
    expect(tokens.isForBrowser(subject, token)).toBe(true);
    expect(tokens.isForBrowser({ ...subject, id: "lab-other" }, token)).toBe(false);
    expect(tokens.isForBrowser({ ...subject, createdAt: "2026-01-02T00:00:00Z" }, token)).toBe(false);
  });

  it("keep the purposes apart", () => {
    const bare = tokens.forShell(subject).split(".")[1] ?? "";
    expect(tokens.isForBrowser(subject, bare)).toBe(false);
    expect(tokens.isForShell(subject, `${subject.id}.${tokens.forBrowser(subject)}`)).toBe(false);
  });

  it("name the session of a shell's token and refuse an altered one", () => {
    const token = tokens.forShell(subject);
    expect(tokens.sessionOfShellToken(token)).toBe("lab-abc12");
    expect(tokens.isForShell(subject, token)).toBe(true);
    expect(tokens.isForShell(subject, `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`)).toBe(false);
    expect(tokens.sessionOfShellToken("../../etc/passwd.x")).toBeUndefined();
  });

  it("end an instructor's cookie at its time and refuse a longer one", () => {
    const token = tokens.forInstructor(1000);
    expect(tokens.isForInstructor(token, 999)).toBe(true);
    expect(tokens.isForInstructor(token, 1000)).toBe(false);
    expect(tokens.isForInstructor(token.replace("1000", "9000"), 999)).toBe(false);
  });

  it("are worth nothing under another key", () => {
    expect(createTokens(randomBytes(32)).isForBrowser(subject, tokens.forBrowser(subject))).toBe(false);
  });
});
