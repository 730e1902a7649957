import type { CompiledRule } from "./compiled-rule.js";
import { ANYTHING, type GlobToken, matchesToken } from "./glob.js";

/** Whether every image the special rule matches is matched by the general one too; no where it cannot be told. */
export function covers(general: CompiledRule, special: CompiledRule): boolean {
  return (
    coversAll(general.hosts, special.hosts) &&
    coversToken(general.port, special.port) &&
    coversAll(general.paths, special.paths) &&
    coversTag(general, special) &&
    (!general.requireDigest || special.requireDigest)
  );
}

/** Whether some image may match both rules; yes where it cannot be told. Ports part no images: one that names none fits every port. */
export function canMeet(left: CompiledRule, right: CompiledRule): boolean {
  return meets(left.hosts, right.hosts) && meets(left.paths, right.paths) && meetsTag(left, right);
}

function coversAll(general: GlobToken[], special: GlobToken[]): boolean {
  return special.every((token) => general.some((each) => coversToken(each, token)));
}

function coversToken(general: GlobToken, special: GlobToken): boolean {
  if (general === ANYTHING || general === special) return true;
  const [kind, rest] = [special[0], special.slice(1)];
  if (kind === "=") return matchesToken(general, rest);
  const isSameKind = general[0] === kind;
  if (kind === "^") return isSameKind && rest.startsWith(general.slice(1));
  if (kind === "$") return isSameKind && rest.endsWith(general.slice(1));
  return false;
}

function coversTag(general: CompiledRule, special: CompiledRule): boolean {
  if (general.tag === ANYTHING && !general.negateTag) return true;
  if (!general.negateTag) return !special.negateTag && coversToken(general.tag, special.tag);
  return special.negateTag
    ? coversToken(special.tag, general.tag)
    : special.tag.startsWith("=") && !matchesToken(general.tag, special.tag.slice(1));
}

function meets(left: GlobToken[], right: GlobToken[]): boolean {
  return left.some((one) => right.some((other) => meetsToken(one, other)));
}

function meetsToken(left: GlobToken, right: GlobToken): boolean {
  if (left.startsWith("=")) return matchesToken(right, left.slice(1));
  if (right.startsWith("=")) return matchesToken(left, right.slice(1));
  const [one, other] = [left.slice(1), right.slice(1)];
  if (left.startsWith("^") && right.startsWith("^")) return one.startsWith(other) || other.startsWith(one);
  if (left.startsWith("$") && right.startsWith("$")) return one.endsWith(other) || other.endsWith(one);
  return true;
}

function meetsTag(left: CompiledRule, right: CompiledRule): boolean {
  if (left.negateTag && right.negateTag) return true;
  if (left.negateTag) return !coversToken(left.tag, right.tag);
  if (right.negateTag) return !coversToken(right.tag, left.tag);
  return meetsToken(left.tag, right.tag);
}
