import { versionInfo } from "../version.js";

export const OPENAPI_V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/**
 * An OpenAPI v2 document that describes nothing. kubectl asks for it, as protobuf, before it applies a manifest of
 * kind List, and takes what is not described as not to be checked by itself: the server still checks every item.
 */
export const emptyOpenApiV2 = {
  json: { swagger: "2.0", info: { title: "Kubernetes", version: versionInfo.gitVersion }, paths: {} },
  protobuf: Buffer.concat([
    text(1, "2.0"),
    message(2, [text(1, "Kubernetes"), text(2, versionInfo.gitVersion)]),
    message(8, []),
  ]),
};

function text(field: number, value: string): Buffer {
  return message(field, [Buffer.from(value)]);
}

/** A field with a length; neither fields nor lengths here need more than one byte. */
function message(field: number, parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([(field << 3) | 2, content.length]), content]);
}
