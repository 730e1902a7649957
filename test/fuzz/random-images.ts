import type { Effect, PolicySpecInput } from "../../policy/common/manifest.js";
import type { Random } from "./random.js";

const DIGEST = `sha256:${"0a".repeat(32)}`;

/** What images are made of, and what looks like it; parted by spaces. */
const PLAIN =
  "a b busybox nginx library app 0 1.36 latest LATEST docker.io index.docker.io registry-1.docker.io Registry.Hub.Docker.com " +
  "localhost ghcr.io harbor.example.com foo_bar.com [::1] [2001:db8::1] 192.168.1.10 xn--n3h.com EXAMPLE.com / / / // : : " +
  `:5000 :443 :99999 @ @ @${DIGEST} ${DIGEST} sha256:abc . .. - -- _ __ ___ * + % ? # | ! \\ $ ^ é о ｂ \u200b ☃ 𝟙 İ`;
const PIECES = [
  ...PLAIN.split(" "),
  " ",
  "\t",
  "\n",
  "\u2028",
  "x".repeat(130),
  "f".repeat(64),
  "a".repeat(250),
];

/** Whole references, to be spoilt in one place or two. */
const REFERENCES = [
  "busybox",
  "nginx:1.27",
  "library/busybox:1.36",
  `docker.io/library/busybox@${DIGEST}`,
  `harbor.example.com:8443/proj/app:v1.2@${DIGEST}`,
  "quay.io/x/busybox",
  "docker.io:443/busybox",
  "[::1]:5000/team/app:v1",
  "localhost/app",
  "a__b/c-d.e",
] as const satisfies readonly [string, ...string[]];

const PATTERN_PIECES =
  "* * * a b busybox nginx app library docker.io index.docker.io example.com harbor . - _ / : 443 5000 8443 v1 1. latest [::1] A é ( $ |".split(
    " ",
  );

/** A text that is an image, nearly one, or nothing of the sort; never with half a character, which JSON does not carry. */
export function randomImage(random: Random): string {
  if (random.chance(0.5)) return assembled(random, PIECES, 6);
  let image: string = random.pick(REFERENCES);
  for (let change = random.below(3); change > 0; change--) image = spoilt(image, random);
  return image;
}

/** A policy of random patterns, as somebody sends it: many are none. */
export function randomPolicy(random: Random): PolicySpecInput {
  const pattern = () => (random.chance(0.4) ? "" : assembled(random, PATTERN_PIECES, 5));
  const rules = Array.from({ length: 1 + random.below(3) }, () => ({
    hostname: pattern(),
    port: random.chance(0.8) ? "" : random.pick(["443", "5*", "8443", "*", "x"]),
    imageName: pattern(),
    tag: { value: pattern(), negate: random.chance(0.3) },
    requireDigest: random.chance(0.1),
  }));
  const effect = random.pick<Effect>(["allow", "block"]);
  return random.chance(0.1)
    ? { recipe: random.pick(["require-digest", "block-latest-tag"]) }
    : { recipe: "custom", input: { effect, rules } };
}

/** Texts on which something that tries again and again would never end. */
export function longImages(length: number): string[] {
  const repeat = (piece: string) => piece.repeat(Math.ceil(length / piece.length));
  return [
    ..."a . : / @ - _ A a. a/ a- a_ 1: a.a:1/ [ [: aa-- é".split(" ").map(repeat),
    ..."! / : @".split(" ").map((end) => `a${repeat("-a")}${end}`),
    `host.example.com/${repeat("a/")}a`,
    `${repeat("a.")}a/app:1`,
    `app:${repeat("1")}`,
    `app@sha256:${repeat("0")}`,
  ];
}

function assembled(random: Random, pieces: readonly string[], most: number): string {
  const count = random.below(most) + 1;
  return Array.from({ length: count }, () => pieces[random.below(pieces.length)] ?? "").join("");
}

function spoilt(image: string, random: Random): string {
  const characters = Array.from(image);
  const at = random.below(characters.length + 1);
  const piece = PIECES[random.below(PIECES.length)] ?? "";
  characters.splice(at, random.below(2), ...(random.chance(0.7) ? [piece] : []));
  return characters.join("");
}
