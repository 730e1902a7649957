import { celJudge, podOf, policyNamed } from "../../policy/common/cel-judge-for-tests.js";
import type { EffectivePolicy } from "../../policy/common/effective.js";
import { evaluateImage } from "../../policy/common/evaluate.js";
import { policySpec } from "../../policy/common/manifest.js";
import { boundsProblem, compileParameters } from "../../policy/common/parameters.js";
import { type ImageReference, parseImage } from "../../policy/common/reference.js";
import { Random } from "./random.js";
import { randomImage, randomPolicy } from "./random-images.js";

/** Images that one policy is asked about: making a policy of random patterns costs more than asking it. */
const IMAGES_A_POLICY = 25;

export interface ImageFinding {
  what: "parser" | "verdict";
  image: string;
  policy?: object;
}

export interface ImageFuzz {
  findings: ImageFinding[];
  /** So that a run whose images were all refused for the same reason does not pass for one that tried something. */
  counts: {
    images: number;
    readable: number;
    policies: number;
    invalidPolicies: number;
    admitted: number;
    refused: number;
  };
}

/** Asks the parser, the evaluator and the compiled CEL about random images under random policies, and lists where they disagree. */
export function fuzzImages({ seed, images }: { seed: number; images: number }): ImageFuzz {
  const random = new Random(seed);
  const judge = celJudge();
  const findings: ImageFinding[] = [];
  const counts = { images: 0, readable: 0, policies: 0, invalidPolicies: 0, admitted: 0, refused: 0 };
  while (counts.images < images) {
    const policy = nextPolicy(random, counts);
    const params = { data: compileParameters([policy]).enforced };
    for (let index = 0; index < IMAGES_A_POLICY; index++) {
      const image = randomImage(random);
      counts.images++;
      const parsed = parseImage(image);
      if (parsed.ok) counts.readable++;
      if (parsed.ok && !isReadAlike(parsed.reference)) findings.push({ what: "parser", image });
      const { allowed } = evaluateImage(image, [policy]);
      counts[allowed ? "admitted" : "refused"]++;
      if (allowed !== judge(podOf(image), params).allowed)
        findings.push({ what: "verdict", image, policy: policy.spec });
    }
  }
  return { findings, counts };
}

/** A policy that would be stored: random patterns that the schema takes and that fit into a namespace. */
export function nextPolicy(
  random: Random,
  counts: { policies: number; invalidPolicies: number } = { policies: 0, invalidPolicies: 0 },
): EffectivePolicy {
  for (;;) {
    const input = randomPolicy(random);
    if (policySpec.safeParse(input).success) {
      const policy = policyNamed("fuzzed", input);
      if (boundsProblem([policy]) === undefined) {
        counts.policies++;
        return policy;
      }
    }
    counts.invalidPolicies++;
  }
}

/** Written out in full, an image is read as the same. */
function isReadAlike(reference: ImageReference): boolean {
  const { host, port, path, tag, digest } = reference;
  if (host === "") return true;
  const whole = `${host}${port && `:${port}`}/${path}${tag && `:${tag}`}${digest && `@${digest}`}`;
  const again = parseImage(whole);
  return again.ok && JSON.stringify(again.reference) === JSON.stringify(reference);
}
