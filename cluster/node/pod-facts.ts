import { asText, isRecord, recordAt, textAt, valueAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ApiService } from "../api/service.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { configMaps, secrets } from "../controllers/resource-refs.js";
import { nanoUnits } from "../schema/quantity.js";
import { SIMULATED_NODE_ADDRESS } from "../controllers/simulated-node.js";

/** What containers are told of their pod: the downward API, and what ConfigMaps and Secrets hold. */

/** The value of a `fieldRef`; the API has refused paths there are not. */
export function fieldValue(pod: Pod, path: string, address: string): string {
  const subscript = /^(metadata\.(?:labels|annotations))\['(.+)'\]$/.exec(path);
  if (subscript !== null) return asText(recordAt(pod, subscript[1] ?? "")?.[subscript[2] ?? ""]);
  if (path === "metadata.labels" || path === "metadata.annotations") return formatMap(recordAt(pod, path));
  if (path === "status.podIP" || path === "status.podIPs") return address;
  if (path === "status.hostIP" || path === "status.hostIPs")
    return textAt(pod, "status.hostIP", SIMULATED_NODE_ADDRESS);
  return textAt(pod, path);
}

/** What a container asked for or may have at most, in whole units of the divisor. */
export function resourceValue(container: Container | undefined, source: JsonObject): string {
  const resource = asText(source["resource"]);
  const wanted = nanoUnits(asText(valueAt(container, `resources.${resource}`), "0"));
  const divisor = nanoUnits(asText(source["divisor"], "1")) || nanoUnits("1");
  return String((wanted + divisor - 1n) / divisor);
}

/** The bytes behind each key of a ConfigMap or Secret; `undefined` where there is none. */
export function contentsOf(
  api: ApiService,
  kind: "configMap" | "secret",
  at: { namespace: string; name: string },
): Map<string, Buffer> | undefined {
  const object = at.name === "" ? undefined : api.find(kind === "secret" ? secrets : configMaps, at);
  if (object === undefined) return undefined;
  const decoded = (field: string, encoding: "base64" | "utf8"): [string, Buffer][] =>
    Object.entries(isRecord(object[field]) ? object[field] : {}).map(([key, value]) => [
      key,
      Buffer.from(asText(value), encoding),
    ]);
  if (kind === "secret") return new Map(decoded("data", "base64"));
  return new Map([...decoded("data", "utf8"), ...decoded("binaryData", "base64")]);
}

/** `key="value"` in lines, as the downward API writes maps. */
function formatMap(map: JsonObject | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}
