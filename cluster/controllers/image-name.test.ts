import { describe, expect, it } from "vitest";
import { imageNameProblem } from "./image-name.js";

const digest = "a".repeat(64);

/** What `github.com/distribution/reference` v0.6.0 says, which a kubelet 1.35 reads names with. */
describe("an image name", () => {
  it.each([
    ["Upper", "invalid reference format: repository name (library/Upper) must be lowercase"],
    ["upper/X:1", "invalid reference format: repository name (upper/X) must be lowercase"],
    ["Upper/X:1", "invalid reference format: repository name (X) must be lowercase"],
    ["EXAMPLE.com/App", "invalid reference format: repository name (App) must be lowercase"],
    ["docker.io/Library/x", "invalid reference format: repository name (Library/x) must be lowercase"],
    [
      `app@SHA256:${digest}`,
      "invalid reference format: repository name (library/app@SHA256) must be lowercase",
    ],
    ["Upper_Case/x:1", "repository name must be lowercase"],
    ["Upper-/x", "invalid reference format"],
    ["a b", "invalid reference format"],
    ["a:1:2", "invalid reference format"],
    ["http://x/y", "invalid reference format"],
    ["app@sha256:abc", "invalid reference format"],
    [`app@sha512:${digest}`, "invalid checksum digest length"],
    [`app@sha256:${digest.toUpperCase()}`, "invalid checksum digest format"],
    [`app@md5:${digest}`, "unsupported digest algorithm"],
    [digest, `invalid repository name (${digest}), cannot specify 64-byte hexadecimal strings`],
    [`h.io/${"a".repeat(256)}`, "repository name must not be more than 255 characters"],
  ])("%s cannot be read", (image, why) => {
    expect(imageNameProblem(image)).toBe(
      `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`,
    );
  });

  it.each([
    "nginx",
    "nginx:1.27",
    // What comes before the first slash is a host when it has capitals.
    "Upper/x:1",
    "UPPER/x/y",
    "EXAMPLE.com:5000/app:Tag",
    "localhost/x",
    "[::1]:5000/x",
    `app:Tag@sha256:${digest}`,
    `h.io/${"a".repeat(255)}`,
  ])("%s can be read", (image) => {
    expect(imageNameProblem(image)).toBeUndefined();
  });
});
