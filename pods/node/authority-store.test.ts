import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { type Authority, livingAuthorities, needsAuthority, signingAuthority } from "./authority-store.js";
import { issueCertificate, makeAuthority } from "./certificates.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const authority = (madeAt: number): Authority => ({ cert: `cert ${madeAt}`, key: "key", madeAt });

it("replaces an authority in the middle of its life, believes the next at once and lets it sign an hour later", () => {
  const [old, next] = [authority(0), authority(183 * DAY_MS)];
  expect(needsAuthority([], 0)).toBe(true);
  expect(needsAuthority([old], 182 * DAY_MS)).toBe(false);
  expect(needsAuthority([old], 183 * DAY_MS)).toBe(true);
  const both = [next, old];
  expect(needsAuthority(both, next.madeAt)).toBe(false);
  expect(livingAuthorities(both, next.madeAt)).toEqual([old, next]);
  expect(signingAuthority(both, next.madeAt + HOUR_MS - 1)).toBe(old);
  expect(signingAuthority(both, next.madeAt + HOUR_MS)).toBe(next);
  expect(livingAuthorities(both, 365 * DAY_MS)).toEqual([next]);
});

it("signs with the very first one at once, as nobody has another", () => {
  expect(signingAuthority([authority(5)], 5)).toMatchObject({ madeAt: 5 });
  expect(signingAuthority([], 5)).toBeUndefined();
});

it("makes authorities that are told apart, and certificates of one use each", async () => {
  const now = Date.now();
  const [one, other] = await Promise.all([makeAuthority(DAY_MS, now), makeAuthority(DAY_MS, now)]);
  const [first, second] = [one, other].map(({ cert }) => new X509Certificate(cert));
  expect(first?.subject).not.toBe(second?.subject);
  expect(first?.ca).toBe(true);
  const pair = await issueCertificate(
    one,
    { subject: "s", usage: "host", name: "s.example", lifetimeMs: HOUR_MS },
    now,
  );
  const host = new X509Certificate(pair.cert);
  expect([host.ca, host.keyUsage, host.subjectAltName]).toEqual([
    false,
    ["1.3.6.1.5.5.7.3.1"],
    "DNS:s.example",
  ]);
  expect(host.checkIssued(first as X509Certificate)).toBe(true);
  expect(host.verify((first as X509Certificate).publicKey)).toBe(true);
  expect(Date.parse(host.validTo) - now).toBeLessThanOrEqual(HOUR_MS);
});
