import { DOCKER_HUB_HOSTS, isDockerHub } from "./docker-hub.js";
import { ANYTHING, compileGlob, type GlobToken, matchesToken } from "./glob.js";
import type { Effect, ImageRule, PolicySpec } from "./manifest.js";
import { DOCKER_HUB } from "./reference.js";

/** A rule as tokens; a field fits when any of its tokens does, the rule when all fields do. */
export interface CompiledRule {
  hosts: GlobToken[];
  port: GlobToken;
  paths: GlobToken[];
  tag: GlobToken;
  negateTag: boolean;
  requireDigest: boolean;
}

const EMPTY_RULE: ImageRule = {
  hostname: "",
  port: "",
  imageName: "",
  tag: { value: "", negate: false },
  requireDigest: false,
};

/** The rules a recipe stands for: every recipe is a list of rules with an effect. */
export function rulesOf({ recipe, input }: PolicySpec): ImageRule[] {
  switch (recipe) {
    case "require-digest":
    case "require-signature":
      return [{ ...EMPTY_RULE, requireDigest: true }];
    case "block-latest-tag":
      return [{ ...EMPTY_RULE, tag: { value: "latest", negate: true } }];
    default:
      return input.rules;
  }
}

/** Compiles one rule. Block rules are widened so that an image cannot slip by under another name of the same thing. */
export function compileRule(rule: ImageRule, effect: Effect): CompiledRule {
  const { host, port } = splitHost(rule);
  return {
    hosts:
      effect === "block" ? blockedHosts(host) : [compileGlob(host === "index.docker.io" ? DOCKER_HUB : host)],
    port: compileGlob(port),
    paths: effect === "block" ? blockedPaths(rule.imageName) : [compileGlob(rule.imageName)],
    tag: compileGlob(rule.tag.value),
    negateTag: rule.tag.negate && rule.tag.value !== "",
    requireDigest: rule.requireDigest,
  };
}

/** The lines of the parameters a rule becomes: one per combination of host and path. */
export function ruleLines(rule: CompiledRule): string[] {
  return rule.hosts.flatMap((host) =>
    rule.paths.map((path) =>
      [host, rule.port, path, rule.tag, rule.negateTag ? "not" : "", rule.requireDigest ? "digest" : ""].join(
        "|",
      ),
    ),
  );
}

/** The tests the engine may have to make for a rule: one per line, and one per token that does not fit anything. */
export function ruleTests({ hosts, paths, port, tag, requireDigest }: CompiledRule): GlobToken[] {
  return hosts.flatMap((host) =>
    paths.flatMap((path) => [
      ANYTHING,
      ...[host, port, path, tag].filter((token) => token !== ANYTHING),
      ...(requireDigest ? [ANYTHING] : []),
    ]),
  );
}

/** A hostname may carry its port, as in `*.example.com:8443`. */
function splitHost({ hostname, port }: ImageRule): { host: string; port: string } {
  const match = /^(.*[^:]):([0-9*]+)$/.exec(hostname);
  const isInsideBrackets = hostname.startsWith("[") && !/\]:/.test(hostname);
  if (!match || isInsideBrackets) return { host: hostname.toLowerCase(), port };
  return { host: (match[1] ?? "").toLowerCase(), port: port || (match[2] ?? "") };
}

function blockedHosts(host: string): GlobToken[] {
  if (isDockerHub(host)) return [`=${DOCKER_HUB}`];
  const token = compileGlob(host);
  const coversHub = token !== ANYTHING && DOCKER_HUB_HOSTS.some((name) => matchesToken(token, name));
  return coversHub ? [token, `=${DOCKER_HUB}`] : [token];
}

/** A name without `/` means an image of that name in any repository: `busybox` is `library/busybox` and `x/busybox` too. */
function blockedPaths(imageName: string): GlobToken[] {
  const token = compileGlob(imageName);
  const isFamiliar = imageName !== "" && !imageName.includes("/") && token !== ANYTHING;
  return isFamiliar ? [token, compileGlob(`*/${imageName}`)] : [token];
}
