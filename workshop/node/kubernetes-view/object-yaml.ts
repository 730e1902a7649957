import { stringify } from "yaml";
import type { KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import type { ViewedObject } from "./viewed-object.js";

/** Which object of a namespace. */
export interface ObjectAddress {
  /** Base of the address of its API: `/apis/apps/v1`. */
  api: string;
  plural: string;
  namespace: string;
  name: string;
}

/** Characters: an object of Kubernetes has at most 1.5 MiB, and nobody reads more than this of it. */
const MAX_TEXT = 512 * 1024;

/**
 * The object as YAML, without what `kubectl get -o yaml` leaves out as well, and without the values of a Secret unless they are asked for. Throws
 * KubernetesError, and the signal's reason.
 */
export async function objectYaml(
  client: KubernetesClient,
  { api, plural, namespace, name }: ObjectAddress,
  { hasValues, signal }: { hasValues: boolean; signal?: AbortSignal },
): Promise<string> {
  const path = `${api}/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`;
  const object = await client.get<ViewedObject & { kind?: string }>(path, signal);
  const text = yamlOf(object, hasValues);
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT)}\n# ${String(text.length - MAX_TEXT)} characters more are not shown; kubectl get -o yaml has them.\n`;
}

function yamlOf(object: ViewedObject & { kind?: string }, hasValues: boolean): string {
  const { managedFields: _fields, ...metadata } = (object.metadata ?? {}) as Record<string, unknown>;
  const annotations = { ...(metadata["annotations"] as Record<string, string> | undefined) };
  const isHidden = object.kind === "Secret" && !hasValues;
  // Tools keep whole objects in annotations, a Secret's values with them: kubectl, kapp, Argo CD and others.
  if (isHidden) for (const key of Object.keys(annotations)) annotations[key] = "(hidden)";
  const shown = {
    ...object,
    metadata: { ...metadata, ...(metadata["annotations"] ? { annotations } : {}) },
    ...(isHidden && { data: hidden(object["data"]) }),
  };
  return stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false });
}

function hidden(data: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries((data ?? {}) as Record<string, string>).map(([key, value]) => [
      key,
      `(${String(Buffer.byteLength(value, "base64"))} bytes, hidden)`,
    ]),
  );
}
