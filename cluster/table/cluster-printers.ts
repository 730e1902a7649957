import { asText, numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { humanDuration } from "./age.js";
import { countOf, NONE, objectAge } from "./cells.js";
import { roleCells } from "./config-printers.js";
import type { PrintContext, Printer } from "./printers.js";

const ROLE_LABEL = "node-role.kubernetes.io/";

const created: Printer = ({ metadata }) => [metadata.name, metadata.creationTimestamp];

export const clusterPrinters: Record<string, Printer> = {
  "/Namespace": (object, context) => [
    object.metadata.name,
    textAt(object, "status.phase"),
    objectAge(object, context),
  ],
  "/Node": printNode,
  "rbac.authorization.k8s.io/Role": created,
  "rbac.authorization.k8s.io/ClusterRole": created,
  "rbac.authorization.k8s.io/RoleBinding": roleCells,
  "rbac.authorization.k8s.io/ClusterRoleBinding": roleCells,
  "apiextensions.k8s.io/CustomResourceDefinition": created,
  "coordination.k8s.io/Lease": (object, context) => [
    object.metadata.name,
    textAt(object, "spec.holderIdentity"),
    objectAge(object, context),
  ],
  "scheduling.k8s.io/PriorityClass": (object, context) => [
    object.metadata.name,
    numberAt(object, "value"),
    object["globalDefault"] === true,
    objectAge(object, context),
    textAt(object, "preemptionPolicy"),
  ],
  "apiregistration.k8s.io/APIService": (object, context) => [
    object.metadata.name,
    serviceOfApi(object),
    availability(object),
    objectAge(object, context),
  ],
  "certificates.k8s.io/CertificateSigningRequest": (object, context) => [
    object.metadata.name,
    objectAge(object, context),
    textAt(object, "spec.signerName") || NONE,
    textAt(object, "spec.username"),
    requestedDuration(object),
    signingState(object),
  ],
  "/ComponentStatus": ({ metadata, ...fields }) => {
    const healthy = recordsAt(fields, "conditions").find(({ type }) => type === "Healthy");
    const status = healthy?.["status"] === "True" ? "Healthy" : "Unhealthy";
    return [metadata.name, status, textAt(healthy, "message"), textAt(healthy, "error")];
  },
  "node.k8s.io/RuntimeClass": (object, context) => [
    object.metadata.name,
    textAt(object, "handler"),
    objectAge(object, context),
  ],
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy": (object, context) => {
    const kind = recordAt(object, "spec.paramKind");
    const text = kind === undefined ? "<unset>" : `${textAt(kind, "apiVersion")}/${textAt(kind, "kind")}`;
    return [
      object.metadata.name,
      countOf(valueAt(object, "spec.validations")),
      text,
      objectAge(object, context),
    ];
  },
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": (object, context) => {
    const param = recordAt(object, "spec.paramRef");
    const place = textAt(param, "namespace") || "*";
    const text = param === undefined ? "<unset>" : `${place}/${textAt(param, "name")}`;
    return [object.metadata.name, textAt(object, "spec.policyName"), text, objectAge(object, context)];
  },
};

function serviceOfApi(object: ApiObject): string {
  const service = recordAt(object, "spec.service");
  return service === undefined ? "Local" : `${textAt(service, "namespace")}/${textAt(service, "name")}`;
}

function availability(object: ApiObject): string {
  const condition = recordsAt(object, "status.conditions").find(({ type }) => type === "Available");
  if (condition === undefined) return "Unknown";
  const [status, reason] = [textAt(condition, "status"), textAt(condition, "reason")];
  return status === "True" || reason === "" ? status : `${status} (${reason})`;
}

function requestedDuration(request: ApiObject): string {
  if (valueAt(request, "spec.expirationSeconds") === undefined) return NONE;
  return humanDuration(numberAt(request, "spec.expirationSeconds"));
}

function signingState(request: ApiObject): string {
  const types = recordsAt(request, "status.conditions").map(({ type }) => type);
  const decision = types.includes("Denied") ? "Denied" : types.includes("Approved") ? "Approved" : "Pending";
  const failed = types.includes("Failed") ? ",Failed" : "";
  return `${decision}${failed}${textAt(request, "status.certificate") === "" ? "" : ",Issued"}`;
}

function printNode(node: ApiObject, context: PrintContext): unknown[] {
  const roles = Object.entries(node.metadata.labels ?? {})
    .flatMap(([key, value]) => {
      if (key.startsWith(ROLE_LABEL)) return [key.slice(ROLE_LABEL.length)];
      return key === "kubernetes.io/role" && value !== "" ? [value] : [];
    })
    .toSorted();
  return [
    node.metadata.name,
    nodeStatus(node),
    roles.join(",") || NONE,
    objectAge(node, context),
    textAt(node, "status.nodeInfo.kubeletVersion"),
    address(node, "InternalIP"),
    address(node, "ExternalIP"),
    textAt(node, "status.nodeInfo.osImage") || "<unknown>",
    textAt(node, "status.nodeInfo.kernelVersion") || "<unknown>",
    textAt(node, "status.nodeInfo.containerRuntimeVersion") || "<unknown>",
  ];
}

function nodeStatus(node: ApiObject): string {
  const ready = recordsAt(node, "status.conditions").find(({ type }) => type === "Ready");
  const words = [ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady"];
  if (valueAt(node, "spec.unschedulable") === true) words.push("SchedulingDisabled");
  return words.join(",");
}

function address(node: ApiObject, type: string): string {
  const found = recordsAt(node, "status.addresses").find((each) => each["type"] === type);
  return asText(found?.["address"], NONE);
}
