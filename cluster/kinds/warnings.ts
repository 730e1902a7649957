import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import { dnsLabel } from "../validation/names.js";
import type { ApiObject } from "../api/object.js";
import { labelWarning } from "./label-warnings.js";
import { claimWarnings, nodeTermWarnings, podWarnings, sourceWarnings } from "./pod-warnings.js";
import { strategyOf } from "./strategies.js";
import type { KindStrategy } from "./strategy.js";

type Warnings = (object: ApiObject) => string[];

const ofTemplate: Warnings = (object) => podWarnings(valueAt(object, "spec.template"), "spec.template.");

/** By group and kind. */
const WARNINGS: Record<string, Warnings> = {
  "/Pod": (object) => podWarnings(object),
  "/PodTemplate": (object) => podWarnings(object["template"], "template."),
  "/ReplicationController": ofTemplate,
  "apps/Deployment": ofTemplate,
  "apps/ReplicaSet": ofTemplate,
  "apps/StatefulSet": (object) => [...ofTemplate(object), ...claimTemplateWarnings(object)],
  "apps/DaemonSet": ofTemplate,
  "batch/Job": (object) => jobWarnings(object["spec"], "spec"),
  "batch/CronJob": (object) => jobWarnings(valueAt(object, "spec.jobTemplate.spec"), "spec.jobTemplate.spec"),
  "/Service": serviceWarnings,
  "/PersistentVolume": (object) => [
    ...classWarnings(object),
    ...reclaimWarnings(object),
    ...recordsAt(object, "spec.nodeAffinity.required.nodeSelectorTerms").flatMap((term, i) =>
      nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`),
    ),
    ...sourceWarnings(recordAt(object, "spec") ?? {}, "spec"),
  ],
  "/PersistentVolumeClaim": (object) => [
    ...classWarnings(object),
    ...claimWarnings(recordAt(object, "spec"), "spec"),
  ],
  "/Node": (object) =>
    textAt(object, "spec.externalID") === ""
      ? []
      : ["spec.externalID: this field is deprecated, and is unused by Kubernetes"],
  "networking.k8s.io/Ingress": ({ metadata }) =>
    metadata.annotations?.["kubernetes.io/ingress.class"] === undefined
      ? []
      : [
          `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
        ],
  "storage.k8s.io/StorageClass": topologyWarnings,
  "node.k8s.io/RuntimeClass": (object) =>
    Object.keys(recordAt(object, "scheduling.nodeSelector") ?? {}).flatMap((key) =>
      labelWarning(key).map((why) => `scheduling.nodeSelector: ${why}`),
    ),
  "discovery.k8s.io/EndpointSlice": (object) =>
    object["addressType"] === "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : [],
};

/** Kinds whose names become those of pods, and what these are used for. */
const NAMING: Record<string, string> = {
  "/Pod": "the Pod's hostname",
  "/ReplicationController": "Pod names and hostnames",
  "apps/Deployment": "Pod names and hostnames",
  "apps/ReplicaSet": "Pod names and hostnames",
  "batch/Job": "Pod names and hostnames",
  "batch/CronJob": "Pod names and hostnames",
};

function nameWarnings(type: string, { metadata }: ApiObject): string[] {
  const problems = Object.hasOwn(NAMING, type) ? dnsLabel(metadata.name ?? "") : [];
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in ${NAMING[type] ?? ""}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`,
  ];
}

/** What a real API server warns of when the object is created, or its desired state changed. */
export function warningsOf(
  { group, kind }: { group: string; kind: string },
  object: ApiObject,
  old: ApiObject | undefined,
): string[] {
  const find = WARNINGS[`${group}/${kind}`];
  if (find === undefined) return [];
  // Of a pod hardly anything can be changed that could be warned of.
  if (old !== undefined && (kind === "Pod" || !isChanged(strategyOf(group, kind), object, old))) return [];
  return [...(old === undefined ? nameWarnings(`${group}/${kind}`, object) : []), ...find(object)];
}

function isChanged(strategy: KindStrategy, object: ApiObject, old: ApiObject): boolean {
  return (
    !isDeepStrictEqual(object["spec"], old["spec"]) || strategy.countsAnnotations?.(object, old) === true
  );
}

const MANY_COMPLETIONS = 100_000;
const MANY_AT_ONCE = 10_000;

function jobWarnings(job: unknown, field: string): string[] {
  const spec = isRecord(job) ? job : {};
  const isLarge =
    Number(spec["completions"]) > MANY_COMPLETIONS && Number(spec["parallelism"]) > MANY_AT_ONCE;
  const template = podWarnings(spec["template"], `${field}.template.`);
  if (spec["completionMode"] !== "Indexed" || !isLarge) return template;
  return [
    `${field}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
    ...template,
  ];
}

function serviceWarnings(service: ApiObject): string[] {
  const spec = recordAt(service, "spec") ?? {};
  const hints = service.metadata.annotations?.["service.kubernetes.io/topology-aware-hints"];
  const externals = spec["externalIPs"];
  return [
    ...(hints === undefined
      ? []
      : [
          "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
        ]),
    ...(spec["type"] === "ExternalName" && Array.isArray(externals) && externals.length > 0
      ? ['spec.externalIPs is ignored when spec.type is "ExternalName"']
      : []),
    ...(spec["clusterIP"] === "None" ? headlessWarnings(spec) : []),
    ...(spec["trafficDistribution"] === "PreferClose"
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ];
}

function headlessWarnings({ loadBalancerIP, externalIPs, sessionAffinity }: JsonObject): string[] {
  const ignored = [
    ...(asText(loadBalancerIP) === "" ? [] : ["loadBalancerIP"]),
    ...(Array.isArray(externalIPs) && externalIPs.length > 0 ? ["externalIPs"] : []),
    ...(sessionAffinity === "ClientIP" ? ["SessionAffinity"] : []),
  ];
  return ignored.map((field) => `spec.${field} is ignored for headless services`);
}

function claimTemplateWarnings(set: ApiObject): string[] {
  // A real API server leaves out that it speaks of the spec.
  return recordsAt(set, "spec.volumeClaimTemplates").flatMap((claim, i) =>
    claimWarnings(recordAt(claim, "spec"), `spec.volumeClaimTemplates[${i}]`),
  );
}

const CLASS = "volume.beta.kubernetes.io/storage-class";

function classWarnings({ metadata }: ApiObject): string[] {
  if (metadata.annotations?.[CLASS] === undefined) return [];
  return [`metadata.annotations[${CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`];
}

function reclaimWarnings(volume: ApiObject): string[] {
  if (valueAt(volume, "spec.persistentVolumeReclaimPolicy") !== "Recycle") return [];
  return [
    "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
  ];
}

function topologyWarnings(storageClass: ApiObject): string[] {
  return recordsAt(storageClass, "allowedTopologies").flatMap((topology, i) =>
    recordsAt(topology, "matchLabelExpressions").flatMap((expression, j) =>
      labelWarning(asText(expression["key"])).map(
        (why) => `allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${why}`,
      ),
    ),
  );
}
