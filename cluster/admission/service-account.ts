import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.js";
import type { PodSpec } from "./pod-resources.js";
import { podSpecOf } from "./pod-resources.js";
import { refuse } from "./refusal.js";

const ACCOUNTS = { group: "", version: "v1", resource: "serviceaccounts" };

/** The default account of a new namespace is made by a controller: worth waiting for, this often and long. */
const ATTEMPTS = 10;
const RETRY_MS = 100;

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Gives every pod a service account that exists, and mounts its token where neither pod nor account objects. */
export function createServiceAccountAdmission(api: ApiService): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    async mutate(request) {
      const { operation, resource, object } = request;
      const isPod = resource.group === "" && resource.resource === "pods" && !resource.subresource;
      if (!isPod || operation !== "CREATE" || !object) return;
      const spec = podSpecOf(object);
      spec.serviceAccountName ||= "default";
      const account = await requireAccount(api, request, spec.serviceAccountName);
      // The deprecated name is kept equal, as the API's own defaulting does.
      spec["serviceAccount"] = spec.serviceAccountName;
      if (shouldMount(account, spec)) mountToken(spec);
      const pullSecrets = spec["imagePullSecrets"] as unknown[] | undefined;
      if (!pullSecrets?.length && account["imagePullSecrets"])
        spec["imagePullSecrets"] = account["imagePullSecrets"];
    },
  };
}

async function requireAccount(api: ApiService, request: AdmissionRequest, name: string): Promise<ApiObject> {
  const { namespace } = request;
  const attempts = name === "default" ? ATTEMPTS : 1;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await delay(RETRY_MS);
    const account = api.find(ACCOUNTS, { namespace, name });
    if (account) return account;
  }
  const why = `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`;
  throw refuse(request, why);
}

function shouldMount(account: ApiObject, spec: PodSpec): boolean {
  const own = spec["automountServiceAccountToken"] ?? account["automountServiceAccountToken"];
  return own !== false;
}

/** Mounts the token, the CA and the namespace where clients inside a pod look for them. */
function mountToken(spec: PodSpec): void {
  const volumes = (spec["volumes"] ?? []) as { name?: string }[];
  const name = `kube-api-access-${randomBytes(16)
    .toString("base64url")
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 5)}`;
  let isUsed = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const mounts = (container["volumeMounts"] ?? []) as { mountPath?: string }[];
    if (mounts.some(({ mountPath }) => mountPath === MOUNT_PATH)) continue;
    container["volumeMounts"] = [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }];
    isUsed = true;
  }
  if (isUsed) spec["volumes"] = [...volumes, { name, projected: tokenSources() }];
}

function tokenSources(): object {
  return {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
  };
}
