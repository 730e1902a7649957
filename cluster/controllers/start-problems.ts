import { asText, isRecord, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ResourceRef } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { EventText } from "./event-recorder.js";
import { imageNameProblem } from "./image-name.js";
import { nameOf, namespaceOf } from "./object-keys.js";
import type { Container, Pod } from "./object-kinds.js";
import { configMaps, secrets } from "./resource-refs.js";

/** Why a kubelet would not start a container, in its words. */
export interface StartProblem {
  /** What the container waits for, such as `CreateContainerConfigError`. */
  reason: string;
  message: string;
  events: EventText[];
}

type Lookup = (kind: SourceKind, name: string) => JsonObject | undefined;
type SourceKind = "configmap" | "secret";

const REFS: Record<SourceKind, ResourceRef> = { configmap: configMaps, secret: secrets };
/** How an environment variable names the object it is taken from, and the kubelet the object in what it says. */
const KEY_SOURCES = [
  { field: "configMapKeyRef", kind: "configmap", title: "ConfigMap" },
  { field: "secretKeyRef", kind: "secret", title: "Secret" },
] as const;
const WHOLE_SOURCES = [
  { field: "configMapRef", kind: "configmap" },
  { field: "secretRef", kind: "secret" },
] as const;

/**
 * What keeps a container from starting that can be told from objects alone, and from the user of its image where that is known;
 * `undefined` when nothing does.
 */
export function startProblem(
  api: ApiService,
  pod: Pod,
  container: Container,
  imageUser?: number,
): StartProblem | undefined {
  const problem = imageProblem(container);
  if (problem !== undefined) return problem;
  const message =
    environmentProblem(lookupIn(api, namespaceOf(pod)), pod, container) ??
    userProblem(pod, container, imageUser);
  return message === undefined ? undefined : configurationProblem(message);
}

/** Of a container that asks for what cannot be had. */
export function configurationProblem(message: string): StartProblem {
  const events = [warning("Failed", `Error: ${message}`)];
  return { reason: "CreateContainerConfigError", message, events };
}

/** What a kubelet says of the first volume of the pod that cannot be set up; `undefined` when all can. */
export function mountProblem(api: ApiService, pod: Pod): string | undefined {
  const lookup = lookupIn(api, namespaceOf(pod));
  for (const volume of recordsAt(pod.spec, "volumes")) {
    const problem = volumeProblem(lookup, volume);
    if (problem === undefined) continue;
    return `MountVolume.SetUp failed for volume "${textAt(volume, "name")}" : ${problem}`;
  }
  return undefined;
}

function imageProblem(container: Container): StartProblem | undefined {
  const { image = "", imagePullPolicy } = container;
  const unreadable = imageNameProblem(image);
  if (unreadable !== undefined) {
    return {
      reason: "InvalidImageName",
      message: unreadable,
      events: [warning("InspectFailed", unreadable), warning("Failed", "Error: InvalidImageName")],
    };
  }
  if (imagePullPolicy !== "Never") return undefined;
  const message = `Container image "${image}" is not present with pull policy of Never`;
  return {
    reason: "ErrImageNeverPull",
    message,
    events: [warning("ErrImageNeverPull", message), warning("Failed", "Error: ErrImageNeverPull")],
  };
}

function environmentProblem(lookup: Lookup, pod: Pod, container: Container): string | undefined {
  for (const from of recordsAt(container, "envFrom")) {
    for (const { field, kind } of WHOLE_SOURCES) {
      const source = recordAt(from, field);
      const name = textAt(source, "name");
      if (source === undefined || source["optional"] === true || lookup(kind, name)) continue;
      return `${kind} "${name}" not found`;
    }
  }
  for (const variable of recordsAt(container, "env")) {
    for (const { field, kind, title } of KEY_SOURCES) {
      const source = recordAt(variable, `valueFrom.${field}`);
      if (source === undefined || source["optional"] === true) continue;
      const name = textAt(source, "name");
      const key = textAt(source, "key");
      const keys = lookup(kind, name);
      if (keys === undefined) return `${kind} "${name}" not found`;
      if (!Object.hasOwn(keys, key)) {
        return `couldn't find key ${key} in ${title} ${namespaceOf(pod)}/${name}`;
      }
    }
  }
  return undefined;
}

/** Where the image's user is not known, only one that the pod itself names can be judged. */
function userProblem(pod: Pod, container: Container, imageUser?: number): string | undefined {
  const setting = (field: string): unknown =>
    valueAt(container, `securityContext.${field}`) ?? valueAt(pod.spec, `securityContext.${field}`);
  const user = setting("runAsUser");
  if (setting("runAsNonRoot") !== true || (user ?? imageUser) !== 0) return undefined;
  const subject = `${nameOf(pod)}_${namespaceOf(pod)}(${pod.metadata.uid ?? ""})`;
  const why =
    user === undefined
      ? "container has runAsNonRoot and image will run as root"
      : "container's runAsUser breaks non-root policy";
  return `${why} (pod: "${subject}", container: ${container.name})`;
}

function volumeProblem(lookup: Lookup, volume: JsonObject): string | undefined {
  const configMap = recordAt(volume, "configMap");
  if (configMap !== undefined) return filesProblem(lookup, "configmap", configMap, asText(configMap["name"]));
  const secret = recordAt(volume, "secret");
  if (secret !== undefined) return filesProblem(lookup, "secret", secret, asText(secret["secretName"]));
  const problems = recordsAt(volume, "projected.sources")
    .flatMap((source) => WHOLE_KINDS.map((kind) => projectedProblem(lookup, kind, source)))
    .filter((problem) => problem !== undefined);
  return problems.length > 1 ? `[${problems.join(", ")}]` : problems[0];
}

const WHOLE_KINDS = ["secret", "configmap"] as const;

function projectedProblem(lookup: Lookup, kind: SourceKind, source: JsonObject): string | undefined {
  const projection = recordAt(source, kind === "secret" ? "secret" : "configMap");
  return projection && filesProblem(lookup, kind, projection, asText(projection["name"]));
}

function filesProblem(
  lookup: Lookup,
  kind: SourceKind,
  source: JsonObject,
  name: string,
): string | undefined {
  if (source["optional"] === true) return undefined;
  const keys = lookup(kind, name);
  if (keys === undefined) return `${kind} "${name}" not found`;
  const missing = recordsAt(source, "items").find((item) => !Object.hasOwn(keys, asText(item["key"])));
  if (missing === undefined) return undefined;
  const key = asText(missing["key"]);
  return kind === "secret"
    ? `references non-existent secret key: ${key}`
    : `configmap references non-existent config key: ${key}`;
}

/** Finds what a ConfigMap or Secret holds, by key. */
function lookupIn(api: ApiService, namespace: string): Lookup {
  return (kind, name) => {
    const object = name === "" ? undefined : api.find(REFS[kind], { namespace, name });
    if (object === undefined) return undefined;
    const binary = isRecord(object["binaryData"]) ? object["binaryData"] : {};
    return { ...binary, ...(isRecord(object["data"]) ? object["data"] : {}) };
  };
}

function warning(reason: string, message: string): EventText {
  return { type: "Warning", reason, message };
}
