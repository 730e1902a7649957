const PATH_PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const DOMAIN =
  "(?:\\[[a-fA-F0-9:]+\\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?";
const TAG = "(?::\\w[\\w.-]{0,127})?";
const DIGEST = "(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?";
const REFERENCE = new RegExp(`^(?:${DOMAIN}/)?${PATH_PART}(?:/${PATH_PART})*${TAG}${DIGEST}$`);

/** What a container runtime says of an image name it cannot read; `undefined` for one it can. */
export function imageNameProblem(image: string): string | undefined {
  if (REFERENCE.test(image)) return undefined;
  const why =
    /[A-Z]/.test(image.split("@", 1)[0] ?? "") && REFERENCE.test(image.toLowerCase())
      ? "invalid reference format: repository name must be lowercase"
      : "invalid reference format";
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`;
}
