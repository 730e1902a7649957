import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";

const TYPE = "kubernetes.Semver";
const NUMBER = /^\d+$/;
const IDENTIFIER = /^[0-9A-Za-z-]+$/;
/** Go reads each number as 64 bits. */
const MAX_NUMBER = 2n ** 64n - 1n;

/** A version by Semantic Versioning 2.0.0; what was built does not count in comparisons. */
class CelSemver {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly (bigint | string)[];

  constructor(text: string) {
    const [major = "", minor, ...rest] = text.split(".");
    if (text === "") throw new Error("Version string empty");
    if (minor === undefined || rest.length === 0) throw new Error("No Major.Minor.Patch elements found");
    const { patch, prerelease, build } = partsOf(rest.join("."));
    this.numbers = [numberOf(major, "major"), numberOf(minor, "minor"), numberOf(patch, "patch")];
    this.prerelease = (prerelease?.split(".") ?? []).map(identifierOf);
    for (const part of build?.split(".") ?? []) {
      if (part === "") throw new Error("Build meta data is empty");
      if (!IDENTIFIER.test(part)) throw invalid("build meta data", part);
    }
  }
}

/** `semver()`, `isSemver()` and comparisons of versions, as since Kubernetes 1.33. */
export const semverLibrary: CelLibrary = (environment) => {
  environment.registerType(TYPE, CelSemver);
  environment.registerOperator(
    `${TYPE} == ${TYPE}`,
    (left: CelSemver, right: CelSemver) => compare(left, right) === 0,
  );
  registerAll(environment, {
    [`semver(string): ${TYPE}`]: (text: string) => new CelSemver(text),
    [`semver(string, bool): ${TYPE}`]: parse,
    "isSemver(string): bool": (text: string) => isVersion(text, false),
    "isSemver(string, bool): bool": isVersion,
    [`${TYPE}.major(): int`]: ({ numbers }: CelSemver) => numbers[0],
    [`${TYPE}.minor(): int`]: ({ numbers }: CelSemver) => numbers[1],
    [`${TYPE}.patch(): int`]: ({ numbers }: CelSemver) => numbers[2],
    [`${TYPE}.isLessThan(${TYPE}): bool`]: (left: CelSemver, right: CelSemver) => compare(left, right) < 0,
    [`${TYPE}.isGreaterThan(${TYPE}): bool`]: (left: CelSemver, right: CelSemver) => compare(left, right) > 0,
    [`${TYPE}.compareTo(${TYPE}): int`]: (left: CelSemver, right: CelSemver) => BigInt(compare(left, right)),
  });
};

function parse(text: string, normalizes: boolean): CelSemver {
  return new CelSemver(normalizes ? normalized(text) : text);
}

function isVersion(text: string, normalizes: boolean): boolean {
  try {
    parse(text, normalizes);
    return true;
  } catch {
    // What is wrong with it, `semver()` says.
    return false;
  }
}

/** Without `v` and leading zeros, and with the parts that are missing. */
function normalized(text: string): string {
  const [major = "", minor, ...rest] = text.replace(/^v/, "").split(".");
  const parts = [
    major,
    ...(minor === undefined ? [] : [minor]),
    ...(rest.length > 0 ? [rest.join(".")] : []),
  ];
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? ""))
    throw new Error("short version cannot contain PreRelease/Build meta data");
  return [...parts, "0", "0"]
    .slice(0, 3)
    .map((part) => part.replace(/^0+(?=\d)/, ""))
    .join(".");
}

function partsOf(text: string): { patch: string; prerelease?: string; build?: string } {
  const plus = text.indexOf("+");
  const [core, build] = plus === -1 ? [text] : [text.slice(0, plus), text.slice(plus + 1)];
  const hyphen = core.indexOf("-");
  const [patch, prerelease] = hyphen === -1 ? [core] : [core.slice(0, hyphen), core.slice(hyphen + 1)];
  return {
    patch,
    ...(prerelease === undefined ? {} : { prerelease }),
    ...(build === undefined ? {} : { build }),
  };
}

function numberOf(text: string, what: string): bigint {
  if (!NUMBER.test(text)) throw invalid(`${what} number`, text);
  if (/^0\d/.test(text))
    throw new Error(
      `${what.charAt(0).toUpperCase()}${what.slice(1)} number must not contain leading zeroes ${JSON.stringify(text)}`,
    );
  const number = BigInt(text.slice(0, 21));
  if (number > MAX_NUMBER)
    throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
  return number;
}

function identifierOf(text: string): bigint | string {
  if (text === "") throw new Error("Prerelease is empty");
  if (NUMBER.test(text)) {
    if (/^0\d/.test(text))
      throw new Error(`Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(text)}`);
    return BigInt(text);
  }
  if (!IDENTIFIER.test(text)) throw invalid("prerelease", text);
  return text;
}

function invalid(what: string, text: string): Error {
  return new Error(`Invalid character(s) found in ${what} ${JSON.stringify(text)}`);
}

/** By the rules of precedence (semver.org, 11): -1, 0 or 1. */
function compare(left: CelSemver, right: CelSemver): number {
  for (const [at, number] of left.numbers.entries()) {
    const other = right.numbers[at] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  const [one, two] = [left.prerelease, right.prerelease];
  if (one.length === 0 || two.length === 0) return Math.sign(two.length - one.length);
  for (const [at, part] of one.entries()) {
    const other = two[at];
    if (other === undefined) return 1;
    if (part === other) continue;
    // Numbers come before words.
    if (typeof part !== typeof other) return typeof part === "bigint" ? -1 : 1;
    return part < other ? -1 : 1;
  }
  return one.length < two.length ? -1 : 0;
}
