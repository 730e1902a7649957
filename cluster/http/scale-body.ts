import type { Schema } from "../schema/schema.js";
import type { Call } from "./call.js";

/** The kind a body has where the subresource's is not the resource's own. */
export function scaleBody({
  core,
  type,
  ref,
}: Call): { kind: string; version: string; schema: Schema | undefined } | undefined {
  const subresource = type.subresources.find(({ name }) => name === ref.subresource);
  if (subresource === undefined || subresource.kind.kind === type.kind) return undefined;
  const { group, version, kind } = subresource.kind;
  return { kind, version, schema: core.schemaOf(group, version, kind) };
}
