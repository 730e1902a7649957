import { describe, expect, it } from "vitest";
import { isUnencrypted, startRuleOf } from "./exposure.js";

const confined = { kind: "bubblewrap" } as const;
const proxied = { host: "127.0.0.1", publicUrl: "https://labs.example.org/" };

describe("who may start labs", () => {
  it.each([
    ["open", { host: "127.0.0.1" }, confined],
    ["open", { host: "localhost", publicUrl: "http://localhost:9000/" }, confined],
    ["link", { host: "0.0.0.0" }, confined],
    ["link", { host: "::" }, confined],
    ["link", proxied, confined],
    ["link", { host: "127.0.0.1" }, { kind: "none" } as const],
    ["instructor", { host: "127.0.0.1", start: "instructor" } as const, confined],
    ["open", { host: "0.0.0.0", start: "open" } as const, confined],
  ])("is %s for %o with shells confined by %o", (rule, config, confinement) => {
    expect(startRuleOf(config, confinement)).toBe(rule);
  });
});

describe("a warning of unencrypted access", () => {
  const tls = { cert: "cert.pem", key: "key.pem" };
  it.each([
    [true, { host: "0.0.0.0" }],
    [true, { host: "127.0.0.1", publicUrl: "http://labs.example.org/" }],
    [false, { host: "127.0.0.1" }],
    [false, proxied],
    [false, { host: "0.0.0.0", tls }],
  ])("is due: %s for %o", (due, config) => {
    expect(isUnencrypted(config)).toBe(due);
  });
});
