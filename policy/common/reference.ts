/** The parts of an image reference once normalised: `busybox` is `docker.io`, `library/busybox`, `latest`. */
export interface ImageReference {
  /** As written, upper case kept; empty for the odd names the reference parser gives no domain (`foo_bar.com/app`). */
  host: string;
  /** Digits, or empty. */
  port: string;
  path: string;
  /** As written; empty without one. */
  tag: string;
  /** `sha256:...`, or empty. */
  digest: string;
  /** The tag a kubelet asks for: `latest` when there is neither tag nor digest. */
  effectiveTag: string;
}

export type ParsedImage = { ok: true; reference: ImageReference } | { ok: false; problem: string };

/** Registry that images without a host come from. */
export const DOCKER_HUB = "docker.io";

const MAX_PATH_CHARACTERS = 255;
const DOMAIN_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = new RegExp(`^(?:${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH_PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const PATH = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;

/**
 * Reads an image as the container runtimes do (`ParseNormalizedNamed` of distribution/reference): Docker Hub and `library/` filled
 * in, tags and digests checked.
 */
export function parseImage(image: string): ParsedImage {
  if (image === "") return refused("it is empty");
  if (IDENTIFIER.test(image)) return refused("64 hex digits are an image id, not a name");
  const { name, digest } = cutDigest(image);
  if (digest !== undefined && !DIGEST.test(digest)) {
    return refused(`${JSON.stringify(digest)} is no digest such as sha256: and 64 lowercase hex digits`);
  }
  const { domain, remainder } = cutDomain(name);
  const { path: shortPath, tag } = cutTag(remainder);
  if (tag !== undefined && !TAG.test(tag)) {
    return refused(
      `${JSON.stringify(tag)} is no tag: 1 to 128 letters, digits, _ . and -, not beginning with . or -`,
    );
  }
  const isHub = domain === DOCKER_HUB;
  const path = isHub && !shortPath.includes("/") ? `library/${shortPath}` : shortPath;
  return assemble({ domain, path, tag: tag ?? "", digest: digest ?? "" });
}

/** The name people use: without Docker Hub's host and `library/`, as `docker images` prints it. */
export function familiarName({ host, port, path }: ImageReference): string {
  if (host !== DOCKER_HUB || port !== "") return `${host}${port && `:${port}`}/${path}`;
  const officialName = path.slice("library/".length);
  return path.startsWith("library/") && !officialName.includes("/") ? officialName : path;
}

interface Cut {
  domain: string;
  path: string;
  tag: string;
  digest: string;
}

function assemble({ domain, path, tag, digest }: Cut): ParsedImage {
  const problem = nameProblem(domain, path);
  if (problem) return readWithoutDomain({ domain, path, tag, digest }, problem);
  const port = /:([0-9]+)$/.exec(domain)?.[1] ?? "";
  const host = port ? domain.slice(0, -port.length - 1) : domain;
  const effectiveTag = tag === "" && digest === "" ? "latest" : tag;
  return { ok: true, reference: { host, port, path, tag, digest, effectiveTag } };
}

/** A first part such as `foo_bar.com` looks like a host but cannot be one; the reference parser then takes it for path. */
function readWithoutDomain({ domain, path, tag, digest }: Cut, problem: string): ParsedImage {
  const whole = `${domain}/${path}`;
  if (DOMAIN.test(domain) || !PATH.test(whole) || whole.length > MAX_PATH_CHARACTERS) return refused(problem);
  const effectiveTag = tag === "" && digest === "" ? "latest" : tag;
  return { ok: true, reference: { host: "", port: "", path: whole, tag, digest, effectiveTag } };
}

function nameProblem(domain: string, path: string): string | undefined {
  if (path !== path.toLowerCase()) return `the name ${JSON.stringify(path)} must be lowercase`;
  if (!DOMAIN.test(domain)) return `${JSON.stringify(domain)} is no registry host`;
  if (!PATH.test(path)) {
    return `${JSON.stringify(path)} is no repository name: lowercase letters and digits, parted by / . _ __ or -`;
  }
  return path.length > MAX_PATH_CHARACTERS
    ? `the name is longer than ${MAX_PATH_CHARACTERS} characters`
    : undefined;
}

function cutDigest(image: string): { name: string; digest?: string } {
  const at = image.indexOf("@");
  return at < 0 ? { name: image } : { name: image.slice(0, at), digest: image.slice(at + 1) };
}

function cutDomain(name: string): { domain: string; remainder: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isDomain = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  if (slash < 0 || !isDomain) return { domain: DOCKER_HUB, remainder: name };
  return { domain: first === "index.docker.io" ? DOCKER_HUB : first, remainder: name.slice(slash + 1) };
}

function cutTag(remainder: string): { path: string; tag?: string } {
  const colon = remainder.indexOf(":");
  return colon < 0
    ? { path: remainder }
    : { path: remainder.slice(0, colon), tag: remainder.slice(colon + 1) };
}

function refused(problem: string): ParsedImage {
  return { ok: false, problem };
}
