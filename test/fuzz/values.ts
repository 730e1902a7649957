import type { Random } from "./random.js";

/** Names every JavaScript object seems to have, and what breaks parsers. */
export const NAMES = [
  "web",
  "a",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "a/b",
  "a.b/c",
  "~1",
  "",
  "-",
  "ü",
  "A_b",
  "kubernetes.io/x",
  "x".repeat(300),
] as const satisfies readonly [string, ...string[]];

const TEXTS = [
  "",
  "0",
  "1",
  "-1",
  "abc",
  "NaN",
  "1e400",
  "2147483648",
  "99999999999999999999",
  "50%",
  "-5%",
  "1Gi",
  "100m",
  "2026-02-31T00:00:00Z",
  "*/5 * * * *",
  "nginx:1",
  "10.96.0.10",
  "::1",
  "true",
  "null",
  "\u0000",
  "\ud800",
  "a".repeat(5000),
  "((((((((((a+)+)+)+)+)+)+)+)+)+)$",
  "$(A) $($(B)",
  "{{.a}}",
  "x".repeat(70),
] as const satisfies readonly [string, ...string[]];

const NUMBERS = [0, 1, -1, 0.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1e300, 65_535, 65_536, 3] as const;

/** CEL that does not parse, has no type, does not end soon, or is right. */
export const EXPRESSIONS = [
  "true",
  "self == self",
  "object.metadata.name.matches('^(a+)+$')",
  "object.spec.replicas < 5",
  "object.nothing.at.all",
  "[1,2,3].map(x, [1,2,3].map(y, [1,2,3].map(z, x * y * z))).size() > 0",
  "'a' + 1",
  "1 / 0 == 0",
  "self.all(x, self.all(y, self.all(z, x == y)))",
  "has(object.metadata.labels) && '__proto__' in object.metadata.labels",
  "object.metadata.labels['__proto__'] == 'x'",
  "constructor.prototype",
  "quantity('1e999').isGreaterThan(quantity('1'))",
  "duration('99999999h') > duration('1s')",
  "timestamp('0000-01-01T00:00:00Z').getFullYear() == 0",
  "url('://').getHost() == ''",
  "ip('::ffff:1.2.3.4') == ip('1.2.3.4')",
  "9223372036854775807 + 1 > 0",
  "-9223372036854775808 / -1 > 0",
  "'%s %d'.format(['a', 1]) == 'a 1'",
  "(".repeat(500),
  `${"(".repeat(100)}true${")".repeat(100)}`,
  "!".repeat(2000) + "true",
  "'a'.replace('', 'b', 1000000) != ''",
  "variables.x",
  "",
] as const satisfies readonly [string, ...string[]];

export const SELECTORS = [
  "a=b",
  "a!=b,c",
  "a in (b,c)",
  "a notin (",
  "!a",
  "a==b==c",
  ",,,",
  "__proto__=x",
  "constructor in (toString)",
  "a > 5",
  "metadata.name=web",
  "metadata.__proto__=x",
  "spec.nodeName!=x,status.phase=Running",
  "a\\=b=c",
  "(".repeat(1000),
  "a in (".concat("b,".repeat(2000), "b)"),
] as const satisfies readonly [string, ...string[]];

/** Anything JSON can say. */
export function anyValue(random: Random, depth = 0): unknown {
  const sort = random.below(depth > 3 ? 4 : 7);
  if (sort === 0) return random.pick(TEXTS);
  if (sort === 1) return random.pick(NUMBERS);
  if (sort === 2) return random.chance(0.5);
  if (sort === 3) return null;
  if (sort === 4) return Array.from({ length: random.below(4) }, () => anyValue(random, depth + 1));
  if (sort === 5) return nested(random.pick([10, 200, 3000] as const), random.chance(0.5));
  return anyObject(random, depth);
}

function anyObject(random: Random, depth: number): unknown {
  const entries = Array.from({ length: random.below(4) }, () => [
    random.pick(NAMES),
    anyValue(random, depth + 1),
  ]);
  return Object.fromEntries(entries) as unknown;
}

function nested(depth: number, isList: boolean): unknown {
  let value: unknown = isList ? [] : {};
  for (let i = 0; i < depth; i++) value = isList ? [value] : { a: value };
  return value;
}
