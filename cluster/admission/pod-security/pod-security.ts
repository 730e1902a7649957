import type { ApiObject } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.js";
import { refuse } from "../refusal.js";
import type { Check } from "./baseline-checks.js";
import {
  appArmor,
  baselineCapabilities,
  baselineSeccomp,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  sysctls,
} from "./baseline-checks.js";
import {
  allowPrivilegeEscalation,
  restrictedCapabilities,
  restrictedSeccomp,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
} from "./restricted-checks.js";
import type { SecuredPodSpec } from "./security-fields.js";

const LABEL = "pod-security.kubernetes.io";

/** In the order the API lists violations. Not checked: SELinux options, AppArmor's old annotations, Windows host processes. */
const CHECKS: Record<string, Check[]> = {
  baseline: [
    appArmor,
    baselineCapabilities,
    hostNamespaces,
    hostPathVolumes,
    hostPorts,
    hostProbes,
    privileged,
    procMount,
    baselineSeccomp,
    sysctls,
  ],
  restricted: [
    appArmor,
    hostNamespaces,
    hostPorts,
    hostProbes,
    privileged,
    procMount,
    sysctls,
    allowPrivilegeEscalation,
    restrictedCapabilities,
    restrictedVolumes,
    runAsNonRoot,
    runAsUser,
    restrictedSeccomp,
  ],
};

/** Holds pods to the Pod Security Standard their namespace is labelled with; workloads only ever get warnings. */
export function createPodSecurity(api: ApiService): AdmissionPlugin {
  return {
    name: "PodSecurity",
    validate(request) {
      const spec = securedSpec(request);
      if (!spec || request.namespace === "") return;
      const namespace = api.find(
        { group: "", version: "v1", resource: "namespaces" },
        { name: request.namespace },
      );
      const labels = namespace?.metadata.labels ?? {};
      const isPod = request.resource.resource === "pods";
      const denied = isPod ? violation(labels, "enforce", spec) : undefined;
      if (denied) throw refuse(request, `violates PodSecurity ${denied}`);
      const warned = violation(labels, "warn", spec);
      if (warned) request.warn(`would violate PodSecurity ${warned}`);
    },
  };
}

/** `"restricted:latest": privileged (...), ...`, or `undefined` where the pod keeps to the standard. */
function violation(labels: Record<string, string>, mode: string, spec: SecuredPodSpec): string | undefined {
  // What is enforced on pods is warned about on workloads, unless the namespace says otherwise.
  const own = labels[`${LABEL}/${mode}`] === undefined ? "enforce" : mode;
  const level = labels[`${LABEL}/${own}`];
  const checks = level === undefined ? undefined : CHECKS[level];
  const texts = (checks ?? []).flatMap((check) => check(spec) ?? []);
  if (texts.length === 0) return undefined;
  const version = labels[`${LABEL}/${own}-version`] ?? "latest";
  return `${JSON.stringify(`${level}:${version}`)}: ${texts.join(", ")}`;
}

/** The pod, or the template of a workload; updates matter only where they can add containers. */
function securedSpec({ operation, resource, object }: AdmissionRequest): SecuredPodSpec | undefined {
  if (!object || operation === "DELETE" || operation === "CONNECT") return undefined;
  if (resource.group === "" && resource.resource === "pods") {
    const isNew = operation === "CREATE" && !resource.subresource;
    return isNew || resource.subresource === "ephemeralcontainers" ? specAt(object) : undefined;
  }
  if (resource.subresource || !["apps", "batch", ""].includes(resource.group)) return undefined;
  const { template, jobTemplate } = specAt(object) as { template?: object; jobTemplate?: object };
  const holder = jobTemplate ? (specAt(jobTemplate) as { template?: object }).template : template;
  return holder ? specAt(holder) : undefined;
}

function specAt(holder: ApiObject | object): object {
  return (holder as { spec?: object }).spec ?? {};
}
