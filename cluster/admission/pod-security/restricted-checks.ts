import type { Check } from "./baseline-checks.js";
import type { SecurityContext } from "./security-fields.js";
import { distinct, named, quoted, securedContainers } from "./security-fields.js";

const VOLUME_TYPES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

export const allowPrivilegeEscalation: Check = (spec) => {
  const bad = securedContainers(spec).filter(
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  );
  if (bad.length === 0 || spec.os?.name === "windows") return undefined;
  return `allowPrivilegeEscalation != false (${named(bad)} must set securityContext.allowPrivilegeEscalation=false)`;
};

export const restrictedCapabilities: Check = (spec) => {
  if (spec.os?.name === "windows") return undefined;
  const containers = securedContainers(spec);
  const undropped = containers.filter(
    ({ securityContext }) => !securityContext?.capabilities?.drop?.includes("ALL"),
  );
  const adding = containers.filter(({ securityContext }) => addedCapabilities(securityContext).length > 0);
  const details: string[] = [];
  if (undropped.length > 0)
    details.push(`${named(undropped)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const names = distinct(adding.flatMap(({ securityContext }) => addedCapabilities(securityContext)));
    details.push(`${named(adding)} must not include ${quoted(names)} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : `unrestricted capabilities (${details.join("; ")})`;
};

export const restrictedVolumes: Check = (spec) => {
  const bad = (spec.volumes ?? []).filter((volume) => !VOLUME_TYPES.has(volumeType(volume)));
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(volumeType));
  const [volumes, uses] = bad.length === 1 ? ["volume", "uses"] : ["volumes", "use"];
  const kinds = types.length === 1 ? "restricted volume type" : "restricted volume types";
  return `restricted volume types (${volumes} ${quoted(bad.map(({ name }) => name))} ${uses} ${kinds} ${quoted(types)})`;
};

export const runAsNonRoot: Check = (spec) => {
  const containers = securedContainers(spec);
  const setters: string[] = runsAsNonRoot(spec.securityContext) === false ? ["pod"] : [];
  const refusing = containers.filter(({ securityContext }) => runsAsNonRoot(securityContext) === false);
  if (refusing.length > 0) setters.push(named(refusing));
  if (setters.length > 0) {
    return `runAsNonRoot != true (${setters.join(" and ")} must not set securityContext.runAsNonRoot=false)`;
  }
  const silent = containers.filter(({ securityContext }) => runsAsNonRoot(securityContext) === undefined);
  if (silent.length === 0 || runsAsNonRoot(spec.securityContext)) return undefined;
  return `runAsNonRoot != true (pod or ${named(silent)} must set securityContext.runAsNonRoot=true)`;
};

export const runAsUser: Check = (spec) => {
  const setters: string[] = spec.securityContext?.runAsUser === 0 ? ["pod"] : [];
  const bad = securedContainers(spec).filter(({ securityContext }) => securityContext?.runAsUser === 0);
  if (bad.length > 0) setters.push(named(bad));
  return setters.length === 0 ? undefined : `runAsUser=0 (${setters.join(" and ")} must not set runAsUser=0)`;
};

export const restrictedSeccomp: Check = (spec) => {
  if (spec.os?.name === "windows") return undefined;
  const containers = securedContainers(spec);
  const podType = seccompType(spec.securityContext);
  const bad = containers.filter(({ securityContext }) => isForbiddenSeccomp(seccompType(securityContext)));
  const setters = [...(isForbiddenSeccomp(podType) ? ["pod"] : []), ...(bad.length > 0 ? [named(bad)] : [])];
  if (setters.length > 0) {
    const types = [podType, ...bad.map(({ securityContext }) => seccompType(securityContext))].filter(
      isForbiddenSeccomp,
    );
    return `seccompProfile (${setters.join(" and ")} must not set securityContext.seccompProfile.type to ${quoted(distinct(types))})`;
  }
  const silent = containers.filter(({ securityContext }) => seccompType(securityContext) === undefined);
  if (silent.length === 0 || podType !== undefined) return undefined;
  return `seccompProfile (pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`;
};

function addedCapabilities(context: SecurityContext | undefined): string[] {
  return (context?.capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
}

function volumeType(volume: Record<string, unknown>): string {
  return Object.keys(volume).find((field) => field !== "name" && volume[field]) ?? "unknown";
}

function runsAsNonRoot(context: SecurityContext | undefined): boolean | undefined {
  return context?.runAsNonRoot;
}

function seccompType(context: SecurityContext | undefined): string | undefined {
  return context?.seccompProfile?.type;
}

function isForbiddenSeccomp(type: string | undefined): type is string {
  return type !== undefined && type !== "RuntimeDefault" && type !== "Localhost";
}
