import { asText, numberAt, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ApiService } from "../api/service.js";
import type { VolumeFile, VolumeSpec } from "../containers/container-runtime.js";
import { nameOf, namespaceOf } from "../controllers/object-keys.js";
import type { Pod } from "../controllers/object-kinds.js";
import { containersOf } from "../controllers/pod-status.js";
import { contentsOf, fieldValue, resourceValue } from "./pod-facts.js";

const DEFAULT_MODE = 0o644;

/** What the files of a pod's volumes are made from. */
export interface VolumeSources {
  api: ApiService;
  /** A token of the pod's account for the audience, which is the API server where it is empty. */
  podToken: (pod: Pod, audience: string, expirationSeconds: number) => string;
}

/** The volumes of the pod with their files; what is missing and optional is left out. */
export function volumesOf(sources: VolumeSources, pod: Pod, address: string): VolumeSpec[] {
  return recordsAt(pod.spec, "volumes").map((volume) => {
    const name = textAt(volume, "name");
    const files = filesOf(sources, { pod, address }, volume);
    return files === undefined ? { name } : { name, files };
  });
}

interface Subject {
  pod: Pod;
  address: string;
}

function filesOf(sources: VolumeSources, subject: Subject, volume: JsonObject): VolumeFile[] | undefined {
  if (recordAt(volume, "emptyDir") !== undefined) return undefined;
  for (const field of ["configMap", "secret", "downwardAPI"] as const) {
    const source = recordAt(volume, field);
    if (source !== undefined) return sourceFiles(sources, subject, { [field]: source }, modeOf(source));
  }
  const projected = recordAt(volume, "projected");
  return recordsAt(projected, "sources").flatMap((source) =>
    sourceFiles(sources, subject, source, modeOf(projected)),
  );
}

function sourceFiles(
  sources: VolumeSources,
  subject: Subject,
  source: JsonObject,
  mode: number,
): VolumeFile[] {
  const { pod } = subject;
  const token = recordAt(source, "serviceAccountToken");
  if (token !== undefined) {
    const content = sources.podToken(
      pod,
      asText(token["audience"]),
      numberAt(token, "expirationSeconds", 3600),
    );
    return [{ path: textAt(token, "path"), content: Buffer.from(content), mode: 0o644 }];
  }
  const downward = recordAt(source, "downwardAPI");
  if (downward !== undefined) {
    return recordsAt(downward, "items").map((item) => downwardFile(subject, item, mode));
  }
  for (const kind of ["configMap", "secret"] as const) {
    const keyed = recordAt(source, kind);
    if (keyed === undefined) continue;
    const name = asText(keyed["name"]) || asText(keyed["secretName"]);
    return keyFiles(contentsOf(sources.api, kind, { namespace: namespaceOf(pod), name }), keyed, mode);
  }
  return [];
}

function keyFiles(contents: Map<string, Buffer> | undefined, source: JsonObject, mode: number): VolumeFile[] {
  if (contents === undefined) return [];
  const items = recordsAt(source, "items");
  if (items.length === 0) return [...contents].map(([path, content]) => ({ path, content, mode }));
  return items.flatMap((item) => {
    const content = contents.get(asText(item["key"]));
    return content === undefined
      ? []
      : [{ path: asText(item["path"]), content, mode: numberAt(item, "mode", mode) }];
  });
}

function downwardFile({ pod, address }: Subject, item: JsonObject, mode: number): VolumeFile {
  const field = textAt(item, "fieldRef.fieldPath");
  const resource = recordAt(item, "resourceFieldRef") ?? {};
  const container = containersOf(pod).find(({ name }) => name === asText(resource["containerName"]));
  const value = field === "" ? resourceValue(container, resource) : fieldValue(pod, field, address);
  return { path: asText(item["path"]), content: Buffer.from(value), mode: numberAt(item, "mode", mode) };
}

function modeOf(source: JsonObject | undefined): number {
  return numberAt(source, "defaultMode", DEFAULT_MODE);
}

/** What a pod is called in what a kubelet says of it. */
export function podTitle(pod: Pod): string {
  return `${nameOf(pod)}_${namespaceOf(pod)}(${pod.metadata.uid ?? ""})`;
}
