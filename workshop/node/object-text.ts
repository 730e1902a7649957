import { stringify } from "yaml";

/** A Kubernetes object as a cluster gives it. */
export interface StoredObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    namespace?: string;
    annotations?: Record<string, string>;
    managedFields?: unknown;
  };
  data?: Record<string, string> | null;
}

/** Characters of one text in an object: more than a manifest or a script of a lab has, less than a picture. */
const MAX_TEXT = 8_192;
/** kubectl keeps the whole object here once more, a Secret's values with it. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The object as YAML for a person who looks for a fault: without a Secret's values, who set which field, and what is too long to read. */
export function objectText(object: StoredObject): string {
  return stringify(readable(object), shortened, { lineWidth: 0 });
}

function readable({ metadata, ...object }: StoredObject): StoredObject {
  const { managedFields: _managedFields, annotations, ...rest } = metadata ?? {};
  const kept = Object.entries(annotations ?? {}).filter(([name]) => name !== LAST_APPLIED);
  const { apiVersion, kind, ...others } = object;
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    metadata: { ...rest, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
    ...others,
    ...(kind === "Secret" && object.data && { data: withoutValues(object.data) }),
  };
}

function withoutValues(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      `(${String(Buffer.byteLength(value, "base64"))} bytes, not kept)`,
    ]),
  );
}

function shortened(_key: unknown, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= MAX_TEXT) return value;
  return `${value.slice(0, MAX_TEXT)} (${String(value.length - MAX_TEXT)} characters more, not kept)`;
}
