import { textAt } from "../../api/field-access.js";
import type { SecuredPodSpec } from "./security-fields.js";
import { distinct, named, quoted, securedContainers } from "./security-fields.js";

/** The text of a violation, or `undefined`. */
export type Check = (spec: SecuredPodSpec) => string | undefined;

const DEFAULT_CAPABILITIES = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

/** No capability beyond those a container has anyway. */
export const baselineCapabilities: Check = (spec) => {
  const bad = securedContainers(spec).filter(
    ({ securityContext }) => extraCapabilities(securityContext?.capabilities?.add).length > 0,
  );
  if (bad.length === 0) return undefined;
  const names = distinct(
    bad.flatMap(({ securityContext }) => extraCapabilities(securityContext?.capabilities?.add)),
  );
  return `non-default capabilities (${named(bad)} must not include ${quoted(names)} in securityContext.capabilities.add)`;
};

export const hostNamespaces: Check = (spec) => {
  const fields = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => spec[field]);
  if (fields.length === 0) return undefined;
  return `host namespaces (${fields.map((field) => `${field}=true`).join(", ")})`;
};

export const hostPathVolumes: Check = (spec) => {
  const bad = (spec.volumes ?? []).filter((volume) => volume["hostPath"]).map(({ name }) => name);
  if (bad.length === 0) return undefined;
  return `hostPath volumes (${bad.length === 1 ? "volume" : "volumes"} ${quoted(bad)})`;
};

export const hostPorts: Check = (spec) => {
  const bad = securedContainers(spec).filter(({ ports }) => ports?.some(({ hostPort }) => hostPort));
  if (bad.length === 0) return undefined;
  const ports = distinct(
    bad.flatMap((container) =>
      (container.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : [])),
    ),
  );
  const uses = bad.length === 1 ? "uses" : "use";
  return `hostPort (${named(bad)} ${uses} ${ports.length === 1 ? "hostPort" : "hostPorts"} ${ports.join(", ")})`;
};

export const privileged: Check = (spec) => {
  const bad = securedContainers(spec).filter(({ securityContext }) => securityContext?.privileged);
  return bad.length === 0
    ? undefined
    : `privileged (${named(bad)} must not set securityContext.privileged=true)`;
};

export const procMount: Check = (spec) => {
  const values = distinct(
    securedContainers(spec).flatMap(({ securityContext }) => securityContext?.procMount ?? []),
  );
  const unmasked = values.filter((value) => value !== "Default");
  if (unmasked.length === 0) return undefined;
  const bad = securedContainers(spec).filter(({ securityContext }) =>
    unmasked.includes(securityContext?.procMount ?? ""),
  );
  return `procMount (${named(bad)} must not set securityContext.procMount to ${quoted(unmasked)})`;
};

/** Baseline forbids only switching the filter off. */
export const baselineSeccomp: Check = (spec) => {
  const setters: string[] = spec.securityContext?.seccompProfile?.type === "Unconfined" ? ["pod"] : [];
  const bad = securedContainers(spec).filter(
    ({ securityContext }) => securityContext?.seccompProfile?.type === "Unconfined",
  );
  if (bad.length > 0) setters.push(named(bad));
  if (setters.length === 0) return undefined;
  return `seccompProfile (${setters.join(" and ")} must not set securityContext.seccompProfile.type to "Unconfined")`;
};

export const sysctls: Check = (spec) => {
  const bad = (spec.securityContext?.sysctls ?? [])
    .map(({ name }) => name)
    .filter((name) => !SAFE_SYSCTLS.has(name));
  return bad.length === 0 ? undefined : `forbidden sysctls (${bad.join(", ")})`;
};

const APP_ARMOR_PROFILES = ["RuntimeDefault", "Localhost"];

/** AppArmor may be chosen, not switched off. */
export const appArmor: Check = (spec) => {
  const bad = securedContainers(spec).filter((container) => forbiddenProfiles(container).length > 0);
  const values = distinct([...forbiddenProfiles(spec), ...bad.flatMap(forbiddenProfiles)]);
  if (values.length === 0) return undefined;
  const setters = [
    ...(forbiddenProfiles(spec).length > 0 ? ["pod"] : []),
    ...(bad.length > 0 ? [named(bad)] : []),
  ];
  const what = values.length === 1 ? "profile" : "profiles";
  return `forbidden AppArmor ${what} (${setters.join(" and ")} must not set AppArmor profile type to ${quoted(values)})`;
};

const HANDLERS = [
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle.postStart",
  "lifecycle.preStop",
];
const HOST_FIELDS = HANDLERS.flatMap((handler) => [`${handler}.httpGet.host`, `${handler}.tcpSocket.host`]);

/** Probes and hooks may not make the node ask anybody but the pod. */
export const hostProbes: Check = (spec) => {
  const bad = securedContainers(spec).filter((container) => hostsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = distinct(bad.flatMap(hostsOf));
  const uses = bad.length === 1 ? "uses" : "use";
  const what = hosts.length === 1 ? "probe or lifecycle host" : "probe or lifecycle hosts";
  return `probe or lifecycle host (${named(bad)} ${uses} ${what} ${quoted(hosts)})`;
};

function extraCapabilities(added: string[] | undefined): string[] {
  return (added ?? []).filter((name) => !DEFAULT_CAPABILITIES.has(name));
}

function forbiddenProfiles({ securityContext }: Pick<SecuredPodSpec, "securityContext">): string[] {
  const profile = securityContext?.appArmorProfile;
  if (profile === undefined || APP_ARMOR_PROFILES.includes(profile.type ?? "")) return [];
  return [profile.type ?? ""];
}

function hostsOf(container: object): string[] {
  return HOST_FIELDS.map((field) => textAt(container, field)).filter((host) => host !== "");
}
