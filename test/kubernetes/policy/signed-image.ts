import { type KeyObject, sign } from "node:crypto";

import { digestOf, MANIFEST, type SmallRegistry } from "./small-registry.js";

/** Signs an image as `cosign sign --key` does: a payload as a blob, its signature beside it, under the tag `sha256-DIGEST.sig`. */
export function signImage(
  registry: SmallRegistry,
  {
    repository,
    digest,
    key,
    of = digest,
  }: { repository: string; digest: string; key: KeyObject; of?: string },
): void {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": `${registry.host}/${repository}` },
        image: { "docker-manifest-digest": of },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
  const signature = sign("sha256", payload, key).toString("base64");
  const config = Buffer.from("{}");
  registry.putBlob(payload);
  registry.putManifest(repository, `${digest.replace(":", "-")}.sig`, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: digestOf(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
        digest: digestOf(payload),
        size: payload.length,
        annotations: { "dev.cosignproject.cosign/signature": signature },
      },
    ],
  });
}
