/** The parts of a pod that the Pod Security Standards speak of. */
export interface SecurityContext {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  procMount?: string;
  seccompProfile?: { type?: string };
  appArmorProfile?: { type?: string };
  capabilities?: { add?: string[]; drop?: string[] };
  sysctls?: { name: string }[];
}

export interface SecuredContainer {
  name: string;
  securityContext?: SecurityContext;
  ports?: { hostPort?: number }[];
  [field: string]: unknown;
}

export interface SecuredPodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  os?: { name?: string };
  securityContext?: SecurityContext;
  volumes?: ({ name: string } & Record<string, unknown>)[];
  containers?: SecuredContainer[];
  initContainers?: SecuredContainer[];
  ephemeralContainers?: SecuredContainer[];
}

/** All containers in the order the standards report them. */
export function securedContainers(spec: SecuredPodSpec): SecuredContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** `"a", "b"`. */
export function quoted(names: string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}

/** `container "a"` or `containers "a", "b"`. */
export function named(containers: SecuredContainer[]): string {
  const word = containers.length === 1 ? "container" : "containers";
  return `${word} ${quoted(containers.map(({ name }) => name))}`;
}

/** Sorted, each once. */
export function distinct(values: string[]): string[] {
  return [...new Set(values)].toSorted();
}
