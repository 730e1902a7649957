import { describe, expect, it } from "vitest";

import { celJudge, podOf, policyNamed } from "./cel-judge-for-tests.js";
import type { EffectivePolicy } from "./effective.js";
import { evaluateImage } from "./evaluate.js";
import { isSignedLine, type KnownImage, signersFingerprint } from "./known-image.js";
import type { PolicySpecInput } from "./manifest.js";
import { compileParameters, liftsSomething } from "./parameters.js";

const KEY =
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3b9Jz0Qv0b0Tr0bq0L2eN8fS3Yfm\nd0lJbq8m3k2Jm2x0pXx5m0J9c7V7q1dY6l4kq9o8XQ2y3a5Q1b7F0c9d8Q==\n-----END PUBLIC KEY-----";
const OTHER_KEY = KEY.replace("MFkw", "MFkx");
const digest = (character: string) => `sha256:${character.repeat(64)}`;
const A = digest("a");
const B = digest("b");

const pins: PolicySpecInput = { recipe: "require-digest", input: { verify: true } };
const signed: PolicySpecInput = { recipe: "require-signature", input: { authorities: [{ key: KEY }] } };

function withKnown(spec: PolicySpecInput, known: KnownImage[] = []): EffectivePolicy {
  const policy = policyNamed("p", spec);
  return known.length === 0 ? policy : { ...policy, known };
}

const judge = celJudge();
const refusal = (image: string, policy: EffectivePolicy) =>
  judge(podOf(image), { data: compileParameters([policy]).enforced }).message;

describe("a policy that looks at registries", () => {
  const signers = signersFingerprint(policyNamed("p", signed).spec.input.authorities);
  const known: KnownImage[] = [
    {
      image: "docker.io/library/app:1",
      digest: A,
      signatures: [{ signers, verified: true, reason: "signed by the trusted key" }],
    },
    {
      image: "docker.io/library/app:2",
      digest: B,
      signatures: [{ signers, verified: false, reason: "no signature was found" }],
    },
    { image: "quay.io:8443/x/app:latest", digest: A },
    { image: "other.example.com/app:1", problem: "the registry is not asked" },
  ];

  it("names the pinned reference in a refusal where it is known, as the image was written", () => {
    const policy = withKnown(pins, known);
    expect(refusal("app:1", policy)).toBe(
      `[p] container <main> image <app:1> (write app:1@${A}): images must carry a digest (name@sha256:...)`,
    );
    expect(refusal("QUAY.io:8443/x/app", policy)).toContain(`(write QUAY.io:8443/x/app@${A})`);
    expect(refusal("other.example.com/app:1", policy)).toContain("(the registry is not asked)");
    expect(refusal("app:3", policy)).toContain("(not looked at yet: tmc image verify app:3)");
    expect(evaluateImage("app:1", [policy]).policies[0]?.advice).toBe(`Write app:1@${A}.`);
  });

  it("says nothing besides where it does not look at them", () => {
    expect(refusal("app:1", policyNamed("p", { recipe: "require-digest" }))).toBe(
      "[p] container <main> image <app:1>: images must carry a digest (name@sha256:...)",
    );
  });

  it("lets pass what is signed, by its digest alone", () => {
    const policy = withKnown(signed, known);
    expect(refusal(`app@${A}`, policy)).toBe("");
    expect(refusal(`docker.io/library/app:9@${A}`, policy)).toBe("");
    expect(refusal("app:1", policy)).toContain(`(write app:1@${A})`);
    expect(refusal(`app@${B}`, policy)).toContain("(no signature was found)");
    expect(refusal(`nginx@${A}`, policy)).toContain(`(not looked at yet: tmc image verify nginx@${A})`);
  });

  it("takes no signature that was held against other signers", () => {
    const other: PolicySpecInput = {
      recipe: "require-signature",
      input: { authorities: [{ key: OTHER_KEY }] },
    };
    expect(refusal(`app@${A}`, withKnown(other, known))).toContain("not looked at yet");
  });

  it("judges in the engine as in the evaluator", () => {
    const images = [
      "app:1",
      "app",
      `app@${A}`,
      `app:1@${A}`,
      `app@${B}`,
      `nginx@${A}`,
      "app:2",
      "APP",
      "x y",
    ];
    for (const spec of [pins, signed])
      for (const policy of [withKnown(spec), withKnown(spec, known)])
        for (const image of images)
          expect([image, refusal(image, policy) === ""]).toEqual([
            image,
            evaluateImage(image, [policy]).allowed,
          ]);
  });

  it("lifts something when a signature becomes known", () => {
    const [before, after] = [withKnown(signed), withKnown(signed, known)].map(
      (policy) => compileParameters([policy]).enforced,
    );
    expect(liftsSomething(before ?? {}, after ?? {})).toBe(true);
    expect(liftsSomething(after ?? {}, after ?? {})).toBe(false);
  });
});

describe("more than fits into the parameters of a namespace", () => {
  it("is not known, but for signatures as long as these fit", () => {
    const spec = policyNamed("p", signed).spec;
    const signatures = [
      {
        signers: signersFingerprint(spec.input.authorities),
        verified: false,
        reason: `it is not signed: ${"x".repeat(500)}`,
      },
    ];
    const known: KnownImage[] = Array.from({ length: 200 }, (_, index) => ({
      image: `${"a.".repeat(150)}com/app:${index}`,
      digest: digest((index % 10).toString()),
      signatures: index === 199 ? [{ ...signatures[0]!, verified: true }] : signatures,
    }));
    const policies = Array.from({ length: 40 }, (_, index) => ({
      ...policyNamed(`p-${index}`, signed),
      known,
    }));
    const { enforced } = compileParameters(policies);
    expect(enforced["known"]?.length).toBeLessThan(320_000);
    expect(judge(podOf(`${"a.".repeat(150)}com/app@${digest("9")}`), { data: enforced }).message).toBe("");
    expect(judge(podOf(`${"a.".repeat(150)}com/app@${digest("8")}`), { data: enforced }).allowed).toBe(false);
  });

  it("lets nothing pass by what a registry says", () => {
    const line = `quay.io/x/app:1 !it said +workspace/p`;
    expect([isSignedLine(line), isSignedLine(`quay.io/x/app@${A} +workspace/p`)]).toEqual([false, true]);
  });
});

describe("a tag that was moved", () => {
  const explained = (image: string) => evaluateImage(image, [policy]).policies[0]?.warning;
  const moved: KnownImage[] = [
    { image: "quay.io:8443/x/app:1.2", digest: B, moved: { from: A, at: "2030-01-01T00:00:00Z" } },
  ];
  const policy = withKnown(pins, moved);

  it("is warned about, and refused by nothing for that", () => {
    const { audit } = compileParameters([policy]);
    const warning = (image: string) => judge(podOf(image), { data: audit }).message;
    expect(warning("quay.io:8443/x/app:1.2")).toBe(
      `[p] container <main> image <quay.io:8443/x/app:1.2>: the tag was moved from ${A} to ${B}, seen at 2030-01-01T00:00:00Z`,
    );
    expect(warning("quay.io:8443/x/app:1.3")).toBe("");
    expect(warning("quay.io/x/app:1.2")).toBe("");
  });

  it("is explained, also where another digest stands beside it", () => {
    expect(explained("quay.io:8443/x/app:1.2")).toContain(`was moved: from ${A} to ${B}`);
    expect(explained(`quay.io:8443/x/app:1.2@${A}`)).toContain(`means ${B} in the registry now`);
    expect(explained(`quay.io:8443/x/app:1.2@${B}`)).toBeUndefined();
    expect(explained(`quay.io:8443/x/app@${A}`)).toBeUndefined();
  });
});
