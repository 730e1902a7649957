import type { Response } from "express";
import { describe, expect, it } from "vitest";
import { readCookies, setAccountCookie } from "./cookies.js";

describe("cookies", () => {
  it.each([
    [{ base: "/", secure: false }, "lectern-account", "/api/"],
    [{ base: "/labs/", secure: false }, "lectern-account", "/labs/api/"],
    [{ base: "/", secure: true }, "__Host-lectern-account", "/"],
    [{ base: "/labs/", secure: true }, "__Secure-lectern-account", "/labs/api/"],
  ])("of %o are %s for %s, closed to scripts and to other sites", (scope, name, path) => {
    const set: unknown[] = [];
    const response = { cookie: (...cookie: unknown[]) => set.push(cookie) } as unknown as Response;
    setAccountCookie(response, scope, "token", 1000);
    const { secure } = scope;
    expect(set).toEqual([
      [name, "token", { httpOnly: true, sameSite: "strict", secure, path, maxAge: 1000 }],
    ]);
    expect(readCookies(`${name}=token`).account).toBe("token");
  });

  it("that only TLS can set win over plain ones that a page without it set beside them", () => {
    const { sessions } = readCookies("__Host-lectern-session-a=real; lectern-session-a=tossed; x; =y");
    expect([...sessions]).toEqual([["a", "real"]]);
  });
});
