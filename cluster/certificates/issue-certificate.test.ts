import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { issueAuthority, issueServing } from "./issue-certificate.js";

const notBefore = new Date("2026-11-28T12:34:56.789Z");
const served = {
  names: ["localhost", "kubernetes.default.svc"],
  addresses: [
    [127, 0, 0, 1],
    [10, 96, 0, 1],
  ],
};

function pairUntil(notAfter: Date): { authority: X509Certificate; serving: X509Certificate; key: string } {
  const validity = { notBefore, notAfter };
  const made = issueAuthority("an authority", validity);
  const issuer = { commonName: "an authority", key: made.key };
  const { certificate, key } = issueServing("a server", { validity, served, issuer });
  return { authority: new X509Certificate(made.certificate), serving: new X509Certificate(certificate), key };
}

it("issues an authority, and certificates of servers that are its", () => {
  const { authority, serving, key } = pairUntil(new Date("2036-11-25T12:34:56.000Z"));
  expect([authority.ca, authority.subject, authority.verify(authority.publicKey)]).toEqual([
    true,
    "CN=an authority",
    true,
  ]);
  expect([serving.ca, serving.subject, serving.issuer]).toEqual([false, "CN=a server", "CN=an authority"]);
  expect([serving.verify(authority.publicKey), serving.checkIssued(authority)]).toEqual([true, true]);
  expect(serving.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(serving.publicKey.equals(createPublicKey(key))).toBe(true);
  expect(serving.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
});

it("names what the server is reached by, and nothing else", () => {
  const { serving } = pairUntil(new Date("2036-11-25T12:34:56.000Z"));
  expect(serving.checkHost("kubernetes.default.svc")).toBe("kubernetes.default.svc");
  expect(serving.checkIP("10.96.0.1")).toBe("10.96.0.1");
  expect([serving.checkHost("example.com"), serving.checkIP("10.96.0.2")]).toEqual([undefined, undefined]);
});

it("writes times before and after the year in which their form changes", () => {
  for (const end of ["2049-12-31T23:59:59.000Z", "2050-01-01T00:00:00.000Z"]) {
    const { authority } = pairUntil(new Date(end));
    expect(new Date(authority.validFrom).toISOString()).toBe("2026-11-28T12:34:56.000Z");
    expect(new Date(authority.validTo).toISOString()).toBe(end);
  }
});

it("gives each certificate a serial number of its own", () => {
  const numbers = Array.from(
    { length: 5 },
    () => pairUntil(new Date("2036-01-01T00:00:00Z")).serving.serialNumber,
  );
  expect(new Set(numbers).size).toBe(5);
});
