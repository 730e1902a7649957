import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import { ipAddress } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel, dnsSubdomain } from "../validation/names.js";
import { validateContainer } from "./container-validation.js";
import { validatePlacement } from "./placement-validation.js";

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];
const MAX_SECONDS = 2_147_483_647;
/** The order in which the API looks at the sources of a volume: what comes after the first is one too many. */
const VOLUME_SOURCES = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "flocker",
  "downwardAPI",
  "fc",
  "azureFile",
  "configMap",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "storageos",
  "projected",
  "portworxVolume",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
  "photonPersistentDisk",
  "flexVolume",
];
/** What a source must name. */
const SOURCE_NAMES: Record<string, string> = { configMap: "name", secret: "secretName" };

/** Adds what is wrong with a pod spec at `path`; `claims` are volumes that are added to each pod later. */
export function validatePodSpec(
  spec: JsonObject,
  path: string,
  errors: FieldErrors,
  claims: string[] = [],
): void {
  const volumes = new Set([...validateVolumes(spec, path, errors), ...claims]);
  const names = new Set<string>();
  if (recordsAt(spec, "containers").length === 0) errors.required(`${path}.containers`);
  for (const list of CONTAINER_LISTS) {
    recordsAt(spec, list).forEach((container, i) => {
      const field = `${path}.${list}[${i}]`;
      const name = asText(container["name"]);
      if (name === "") errors.required(`${field}.name`);
      else for (const text of dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
      validateContainer(container, { field, list, volumes }, errors);
      if (name !== "" && names.has(name)) errors.duplicate(`${field}.name`, name);
      names.add(name);
      const target = asText(container["targetContainerName"]);
      if (target !== "" && !isAmong(spec, target)) errors.notFound(`${field}.targetContainerName`, target);
    });
  }
  validatePlacement(spec, path, errors);
  validateDns(spec, path, errors);
  validateScalars(spec, path, errors);
}

/** Whether a container that was there from the start has the name. */
function isAmong(spec: JsonObject, name: string): boolean {
  return ["containers", "initContainers"].some((list) =>
    recordsAt(spec, list).some((container) => container["name"] === name),
  );
}

function validateVolumes(spec: JsonObject, path: string, errors: FieldErrors): Set<string> {
  const names = new Set<string>();
  recordsAt(spec, "volumes").forEach((volume, i) => {
    const name = asText(volume["name"]);
    const field = `${path}.volumes[${i}]`;
    if (name !== "") for (const text of dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
    if (names.has(name)) errors.duplicate(`${field}.name`, name);
    names.add(name);
    const [first, ...others] = VOLUME_SOURCES.filter((source) => isRecord(volume[source]));
    for (const source of others) {
      errors.forbidden(`${field}.${source}`, "may not specify more than 1 volume type");
    }
    const naming = first === undefined ? undefined : SOURCE_NAMES[first];
    if (first === undefined || naming === undefined) return;
    if (asText(recordAt(volume, first)?.[naming]) === "") errors.required(`${field}.${first}.${naming}`);
  });
  return names;
}

function validateDns(spec: JsonObject, path: string, errors: FieldErrors): void {
  if (spec["dnsPolicy"] === "None") {
    const config = recordAt(spec, "dnsConfig");
    const servers = config?.["nameservers"];
    if (config === undefined) {
      errors.required(`${path}.dnsConfig`, "must provide `dnsConfig` when `dnsPolicy` is None");
    } else if (!Array.isArray(servers) || servers.length === 0) {
      const why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
      errors.required(`${path}.dnsConfig.nameservers`, why);
    }
  }
  recordsAt(spec, "hostAliases").forEach(({ ip, hostnames }, i) => {
    const at = `${path}.hostAliases[${i}]`;
    for (const text of ipAddress(asText(ip))) errors.invalid(`${at}.ip`, asText(ip), text);
    (Array.isArray(hostnames) ? hostnames : []).forEach((name: unknown, j) => {
      for (const text of dnsSubdomain(asText(name)))
        errors.invalid(`${at}.hostnames[${j}]`, asText(name), text);
    });
  });
}

function validateScalars(spec: JsonObject, path: string, errors: FieldErrors): void {
  const { activeDeadlineSeconds: seconds } = spec;
  if (typeof seconds === "number" && (seconds < 1 || seconds > MAX_SECONDS)) {
    const why = `must be between 1 and ${MAX_SECONDS}, inclusive`;
    errors.invalid(`${path}.activeDeadlineSeconds`, seconds, why);
  }
  for (const field of ["serviceAccountName", "nodeName"]) {
    const name = asText(spec[field]);
    if (name !== "") for (const text of dnsSubdomain(name)) errors.invalid(`${path}.${field}`, name, text);
  }
  for (const field of ["hostname", "subdomain"]) {
    const name = asText(spec[field]);
    const problems = name === "" ? [] : name.includes(".") ? ["must not contain dots"] : dnsLabel(name);
    for (const text of problems) errors.invalid(`${path}.${field}`, name, text);
  }
}
