const PATH_PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const DOMAIN =
  "(?:\\[[a-fA-F0-9:]+\\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?";
const TAG = "(?::\\w[\\w.-]{0,127})?";
const DIGEST = "(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?";
const REFERENCE = new RegExp(`^(?:${DOMAIN}/)?${PATH_PART}(?:/${PATH_PART})*${TAG}${DIGEST}$`);

const IDENTIFIER = /^[a-f0-9]{64}$/;
const MAX_NAME = 255;
/** Hexadecimal digits of a digest, by what it was made with. */
const DIGITS = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** What a container runtime says of an image name it cannot read; `undefined` for one it can. */
export function imageNameProblem(image: string): string | undefined {
  const why = problemOf(image);
  if (why === undefined) return undefined;
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`;
}

function problemOf(image: string): string | undefined {
  if (IDENTIFIER.test(image)) {
    return `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`;
  }
  const { domain, rest } = splitDomain(image);
  const name = rest.split(":", 1)[0] ?? "";
  if (name !== name.toLowerCase()) {
    return `invalid reference format: repository name (${name}) must be lowercase`;
  }
  const reference = `${domain}/${rest}`;
  if (!REFERENCE.test(reference)) {
    const isHelped = REFERENCE.test(reference.toLowerCase());
    return isHelped ? "repository name must be lowercase" : "invalid reference format";
  }
  const [path = "", digest] = rest.split("@");
  if ((path.split(":", 1)[0] ?? "").length > MAX_NAME)
    return `repository name must not be more than ${MAX_NAME} characters`;
  return digest === undefined ? undefined : digestProblem(digest);
}

function digestProblem(digest: string): string | undefined {
  const [algorithm = "", encoded = ""] = digest.split(":");
  const digits = DIGITS.get(algorithm);
  if (digits === undefined) return "unsupported digest algorithm";
  if (encoded.length !== digits) return "invalid checksum digest length";
  return encoded === encoded.toLowerCase() ? undefined : "invalid checksum digest format";
}

/** As Docker reads a name: what has no domain is of docker.io, and there of `library` where it has no path. */
function splitDomain(image: string): { domain: string; rest: string } {
  const slash = image.indexOf("/");
  const first = image.slice(0, Math.max(0, slash));
  const isDomain =
    slash !== -1 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const domain = isDomain && first !== "index.docker.io" ? first : "docker.io";
  const rest = isDomain ? image.slice(slash + 1) : image;
  return { domain, rest: domain === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest };
}
