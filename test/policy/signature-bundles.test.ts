import { generateKeyPairSync } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Authority } from "../../policy/common/authority.js";
import { createRegistries, registriesFile } from "../../policy/node/registry/registries.js";
import { RegistryClient } from "../../policy/node/registry/registry-client.js";
import { readTrustedRoot } from "../../policy/node/verify/trusted-root.js";
import { verifySignatures } from "../../policy/node/verify/verify-signatures.js";
import {
  bundleByKey,
  makeSigningAuthority,
  pushBundle,
  type SigningAuthority,
  type TestBundle,
} from "../kubernetes/policy/signing-authority.js";
import { type SmallRegistry, startSmallRegistry } from "../kubernetes/policy/small-registry.js";

const repository = "team/app";
const issuer = "https://token.actions.example.com";
const subject = "https://git.example.com/team/app/.ci/release.yml@refs/tags/v1.2";
const MINUTE_MS = 60_000;

describe("bundles of signatures", () => {
  let registry: SmallRegistry;
  let authority: SigningAuthority;
  let images = 0;

  /** An image nobody has signed yet. */
  const push = () => registry.push(repository, "1.0", `image ${images++}`);

  async function verdictOn(
    digest: string,
    authorities: Authority[] = [{ issuer, subject }],
    trustedRoot: string | undefined = authority.trustedRoot,
  ) {
    const listed = { host: registry.host, endpoint: `http://${registry.host}` };
    const [host = "", port = ""] = registry.host.split(":");
    const found = createRegistries(registriesFile.parse({ registries: [listed] })).find({ host, port });
    if (!found) throw new Error("the registry is not listed");
    const client = new RegistryClient(found, { repository, signal: new AbortController().signal });
    const trust = trustedRoot === "" ? undefined : readTrustedRoot(trustedRoot);
    return verifySignatures(client, digest, { authorities, trust });
  }

  /** Pushes an image that is signed, with what somebody did to its bundle. */
  async function signed(change: (bundle: TestBundle) => void = () => undefined, certified?: Date) {
    const digest = push();
    const bundle = await authority.sign(digest, { subject, issuer, ...(certified && { certified }) });
    change(bundle);
    pushBundle(registry, { repository, digest, bundle });
    return digest;
  }

  beforeAll(async () => {
    registry = await startSmallRegistry();
    authority = await makeSigningAuthority();
  });
  afterAll(() => registry?.close());

  it("by a trusted identity are believed, as the registry keeps what refers to an image or under a tag", async () => {
    const believed = { verified: true, reason: `signed by ${subject} (${issuer})` };
    expect(await verdictOn(await signed())).toEqual(believed);
    registry.keepsReferrers = false;
    const tagged = await signed();
    registry.keepsReferrers = true;
    expect(await verdictOn(tagged)).toEqual(believed);
    expect(
      await verdictOn(tagged, [
        { issuer, subject: "dev@example.com" },
        { issuer, subject: "https://git.example.com/team/*@refs/tags/v*" },
      ]),
    ).toEqual(believed);
  });

  it("by another subject, or one of another issuer, are told and not believed", async () => {
    const digest = await signed();
    const told = {
      verified: false,
      reason: `none of its signatures is by a trusted signer: one is by ${subject} (${issuer})`,
    };
    for (const each of [
      { issuer, subject: "https://git.example.com/team/app" },
      { issuer, subject: `x*${subject}` },
      { issuer: `${issuer}.evil.example.com`, subject },
      { issuer: "https://token.actions.example", subject: "https://*" },
    ])
      expect([each, await verdictOn(digest, [each])]).toEqual([each, told]);
  });

  it("that say nothing of the image are none", async () => {
    const none = { verified: false, reason: "it is not signed: the registry has no signature of it" };
    expect(await verdictOn(push())).toEqual(none);
    const other = await authority.sign(await signed(), { subject, issuer });
    const provenance = { subject, issuer, predicateType: "https://slsa.dev/provenance/v1" };
    const digest = push();
    for (const bundle of [other, await authority.sign(digest, provenance)])
      pushBundle(registry, { repository, digest, bundle });
    expect(await verdictOn(digest)).toEqual(none);
  });

  it.each<[string, (bundle: TestBundle) => void, RegExp]>([
    [
      "whose digest was changed",
      ({ dsseEnvelope }) => {
        const text = Buffer.from(dsseEnvelope.payload, "base64").toString();
        dsseEnvelope.payload = Buffer.from(text.replace('"predicate":{}', '"predicate":[]')).toString(
          "base64",
        );
      },
      /one cannot be believed \(.*hash mismatch/,
    ],
    [
      "whose signature was changed",
      ({ dsseEnvelope }) => {
        dsseEnvelope.signatures[0] = { sig: Buffer.from("no signature").toString("base64") };
      },
      /one cannot be believed \(tlog entry signature mismatch/,
    ],
    [
      "whose certificate ended and that nobody timed",
      ({ verificationMaterial: { tlogEntries } }) => {
        for (const entry of tlogEntries) {
          delete entry.inclusionPromise;
          entry.integratedTime = "0";
        }
      },
      /one cannot be believed \(expected 1 timestamps, got 0/,
    ],
    [
      "whose time was changed",
      ({ verificationMaterial: { tlogEntries } }) => {
        for (const entry of tlogEntries) entry.integratedTime = String(Number(entry.integratedTime) + 1);
      },
      /one cannot be believed \(inclusion promise could not be verified/,
    ],
    [
      "whose entry is not in the log",
      ({ verificationMaterial: { tlogEntries } }) => {
        for (const { inclusionProof } of tlogEntries) {
          const { checkpoint } = inclusionProof;
          checkpoint.envelope = checkpoint.envelope.replace(/\n1\n/, "\n2\n");
        }
      },
      /one cannot be believed \(invalid checkpoint signature/,
    ],
    [
      "whose log has a name that takes for ever to compare",
      ({ verificationMaterial: { tlogEntries } }) => {
        for (const { inclusionProof } of tlogEntries) {
          const { checkpoint } = inclusionProof;
          checkpoint.envelope = checkpoint.envelope.replace(
            "\u2014 rekor.example.com",
            `\u2014 ${".+".repeat(15)}!`,
          );
        }
      },
      /one cannot be believed \(a log of it has a name/,
    ],
    [
      "that no log has",
      ({ verificationMaterial }) => {
        verificationMaterial.tlogEntries = [];
      },
      /one cannot be believed \(expected 1 timestamps, got 0/,
    ],
  ])("%s are not believed", async (_, change, reason) => {
    const { verified, reason: told } = await verdictOn(await signed(change));
    expect([verified, told]).toEqual([false, expect.stringMatching(reason)]);
  });

  it("that were logged after their certificate ended are not believed", async () => {
    const digest = await signed(undefined, new Date(Date.now() - 30 * MINUTE_MS));
    expect(await verdictOn(digest)).toEqual({
      verified: false,
      reason: expect.stringContaining("one cannot be believed (Failed to verify certificate chain"),
    });
  });

  it("are held against the operator's trust root, and nobody is believed without one", async () => {
    const digest = await signed();
    expect(await verdictOn(digest, undefined, "")).toEqual({
      verified: false,
      reason: expect.stringContaining("the operator gave no trust root"),
    });
    const another = await makeSigningAuthority();
    expect(await verdictOn(digest, undefined, another.trustedRoot)).toEqual({
      verified: false,
      reason: expect.stringContaining("one cannot be believed ("),
    });
    expect(() => readTrustedRoot("{}")).toThrow("it has no certificateAuthorities, no tlogs, no ctlogs");
  });

  it("by a key are believed by that key alone, with no log", async () => {
    const [mine, other] = [1, 2].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }));
    if (!mine || !other) throw new Error("no keys");
    const pem = (key: typeof mine) => key.publicKey.export({ type: "spki", format: "pem" }).toString();
    const digest = push();
    pushBundle(registry, { repository, digest, bundle: bundleByKey(digest, mine.privateKey) });
    expect(await verdictOn(digest, [{ key: pem(other) }, { key: pem(mine) }])).toEqual({
      verified: true,
      reason: "signed by a trusted key",
    });
    expect(await verdictOn(digest, [{ key: pem(other) }])).toEqual({
      verified: false,
      reason: "none of its signatures is by a trusted key: one is by another key",
    });
    expect((await verdictOn(digest)).verified).toBe(false);
  });

  it("that have no form, too many proofs or too much of everything cost little and are not believed", async () => {
    const many = await signed(({ verificationMaterial }) => {
      const [entry] = verificationMaterial.tlogEntries;
      if (entry) verificationMaterial.tlogEntries = Array.from({ length: 100 }, () => entry);
    });
    expect((await verdictOn(many)).verified).toBe(false);
    const digest = push();
    for (const bundle of [[], { mediaType: "x" }, { dsseEnvelope: 1 }])
      pushBundle(registry, { repository, digest, bundle });
    expect((await verdictOn(digest)).verified).toBe(false);
    const long = push();
    pushBundle(registry, { repository, digest: long, bundle: { text: "x".repeat(300_000) } });
    expect((await verdictOn(long)).reason).toContain("one is longer than 262144 bytes");
    pushBundle(registry, {
      repository,
      digest: long,
      bundle: await authority.sign(long, { subject, issuer }),
    });
    expect((await verdictOn(long)).verified).toBe(true);
  });
});
