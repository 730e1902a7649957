import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt, recordsAt } from "../api/field-access.js";

/** Permissions of files made from secrets and config maps: 0644. */
const FILE_MODE = 420;

/** Sets what Kubernetes sets on every pod spec, also those inside templates. */
export function setPodSpecDefaults(spec: JsonObject): void {
  spec["restartPolicy"] ??= "Always";
  spec["terminationGracePeriodSeconds"] ??= 30;
  spec["dnsPolicy"] ??= "ClusterFirst";
  spec["securityContext"] ??= {};
  spec["schedulerName"] ??= "default-scheduler";
  mirrorServiceAccount(spec);
  for (const list of ["containers", "initContainers", "ephemeralContainers"]) {
    for (const container of recordsAt(spec, list)) setContainerDefaults(container, list);
  }
  for (const volume of recordsAt(spec, "volumes")) setVolumeDefaults(volume);
}

/** Sets what only pods have, not templates: requests follow limits. */
export function setPodDefaults(spec: JsonObject): void {
  spec["enableServiceLinks"] ??= true;
  for (const list of ["containers", "initContainers"]) {
    for (const container of recordsAt(spec, list)) {
      const limits = recordAt(container, "resources.limits");
      if (limits === undefined) continue;
      const resources = container["resources"] as JsonObject;
      resources["requests"] = { ...limits, ...recordAt(resources, "requests") };
    }
  }
}

/** `serviceAccount` is the old name of `serviceAccountName`; both are always written. */
function mirrorServiceAccount(spec: JsonObject): void {
  const name = spec["serviceAccountName"] ?? spec["serviceAccount"];
  if (name === undefined || name === "") return;
  spec["serviceAccountName"] = name;
  spec["serviceAccount"] = name;
}

function setContainerDefaults(container: JsonObject, list: string): void {
  container["terminationMessagePath"] ??= "/dev/termination-log";
  container["terminationMessagePolicy"] ??= "File";
  container["imagePullPolicy"] ??= pullPolicy(container["image"]);
  if (list !== "ephemeralContainers" || container["resources"] === undefined) container["resources"] ??= {};
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = recordAt(container, name);
    if (probe !== undefined) setProbeDefaults(probe);
  }
  for (const hook of ["postStart", "preStop"])
    setHttpDefaults(recordAt(container, `lifecycle.${hook}.httpGet`));
  for (const variable of recordsAt(container, "env")) {
    const field = recordAt(variable, "valueFrom.fieldRef");
    if (field !== undefined) field["apiVersion"] ??= "v1";
  }
}

/** `Always` for `latest` and for no tag at all; anything pinned is pulled once. */
function pullPolicy(image: unknown): string {
  if (typeof image !== "string" || image.includes("@")) return "IfNotPresent";
  const tag = /:([^:/]+)$/.exec(image)?.[1] ?? "latest";
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function setProbeDefaults(probe: JsonObject): void {
  probe["timeoutSeconds"] ??= 1;
  probe["periodSeconds"] ??= 10;
  probe["successThreshold"] ??= 1;
  probe["failureThreshold"] ??= 3;
  setHttpDefaults(recordAt(probe, "httpGet"));
  const grpc = recordAt(probe, "grpc");
  if (grpc !== undefined) grpc["service"] ??= "";
}

function setHttpDefaults(httpGet: JsonObject | undefined): void {
  if (httpGet === undefined) return;
  httpGet["path"] ??= "/";
  httpGet["scheme"] ??= "HTTP";
}

function setVolumeDefaults(volume: JsonObject): void {
  const source = Object.keys(volume).find((key) => key !== "name");
  if (source === undefined) {
    volume["emptyDir"] = {};
    return;
  }
  const value = volume[source];
  if (!isRecord(value)) return;
  if (["secret", "configMap", "downwardAPI", "projected"].includes(source))
    value["defaultMode"] ??= FILE_MODE;
  if (source === "hostPath") value["type"] ??= "";
  for (const item of [...recordsAt(value, "items"), ...recordsAt(value, "sources")])
    setProjectionDefaults(item);
}

function setProjectionDefaults(item: JsonObject): void {
  const token = recordAt(item, "serviceAccountToken");
  if (token !== undefined) token["expirationSeconds"] ??= 3600;
  for (const file of [item, ...recordsAt(item, "downwardAPI.items")]) {
    const field = recordAt(file, "fieldRef");
    if (field !== undefined) field["apiVersion"] ??= "v1";
  }
}
