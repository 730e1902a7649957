import type { ApiObject, ResourceRef } from "../api/object.js";
import { StatusError } from "../api/status.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { nameOf, namespaceOf } from "./object-keys.js";
import type { Namespace } from "./object-kinds.js";
import { configMaps, namespaces, serviceAccounts } from "./resource-refs.js";
import type { WorkQueue } from "./work-queue.js";

const ROOT_CA = "kube-root-ca.crt";
const ROOT_CA_DESCRIPTION =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
const DEFAULT_ACCOUNT = "default";

/** Gives every namespace its `default` service account. */
export function createServiceAccountController(context: ControllerContext): Controller {
  const object = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: DEFAULT_ACCOUNT } };
  return keepInEveryNamespace(context, { name: "service-account-controller", ref: serviceAccounts, object });
}

/** Gives every namespace the ConfigMap with the certificates that vouch for the API server. */
export function createRootCertificateController(
  context: ControllerContext,
  certificates: string,
): Controller {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: ROOT_CA, annotations: { "kubernetes.io/description": ROOT_CA_DESCRIPTION } },
    data: { "ca.crt": certificates },
  };
  return keepInEveryNamespace(context, { name: "root-ca-cert-publisher", ref: configMaps, object });
}

interface Kept {
  name: string;
  ref: ResourceRef;
  object: ApiObject;
}

function keepInEveryNamespace({ api }: ControllerContext, { name, ref, object }: Kept): Controller {
  const writes = writesOf(name);
  const addNamespace = (queue: WorkQueue, changed: ApiObject) => {
    if (nameOf(changed) === nameOf(object)) queue.add(namespaceOf(changed));
  };
  return {
    name,
    watch: (queue) => [
      api.watch(namespaces, ({ type, object: namespace }) => {
        if (type !== "DELETED") queue.add(nameOf(namespace));
      }),
      api.watch(ref, ({ type, object: changed }) => {
        if (type !== "ADDED") addNamespace(queue, changed);
      }),
    ],
    reconcile: async (namespace) => {
      const owner: Namespace | undefined = api.find(namespaces, { name: namespace });
      if (owner === undefined || owner.status?.phase === "Terminating") return;
      const known = api.find(ref, { namespace, name: nameOf(object) });
      if (known === undefined) {
        await api.create(ref, namespace, structuredClone(object), writes).catch(ignoreExisting);
      } else if (!isSameJson(known["data"], object["data"])) {
        await api.update(ref, { ...structuredClone(known), data: object["data"] }, writes);
      }
    },
  };
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof StatusError) || error.reason !== "AlreadyExists") throw error;
}
