import { generateKeyPairSync } from "node:crypto";

import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import type { AccessControl } from "../auth/access-control.js";
import { createAccessControl } from "../auth/access-control.js";
import { createBootstrapObjects } from "../bootstrap-objects.js";
import { createApi } from "../create-api.js";
import { servedKinds } from "../rest/api-core.js";
import { createAdmissionChain } from "./chain.js";

/** The API in memory with the whole admission chain and access control, without HTTP and controllers. */
export interface TestApi {
  api: ApiService;
  access: AccessControl;
  admin: UserInfo;
  /** Creates an object from its manifest, as `user` (the administrator unless told otherwise). */
  apply(
    manifest: object,
    options?: { user?: UserInfo; warn?: (text: string) => void; dryRun?: boolean },
  ): Promise<ApiObject>;
  close(): void;
}

export const ADMIN_TOKEN = "admin-token-of-the-tests";

/** Starts an empty API with the default roles and what every cluster begins with; `now` is in milliseconds since the epoch. */
export async function startTestApi(now: () => number = Date.now): Promise<TestApi> {
  const { core, api } = createApi({ now: () => new Date(now()) });
  const signingKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const access = createAccessControl({ api, signingKey, adminToken: ADMIN_TOKEN, now });
  const stopped = new AbortController();
  const chain = createAdmissionChain({
    api,
    authorizer: access.authorizer,
    served: servedKinds(core),
    signal: stopped.signal,
  });
  core.admission.push(...chain, ...access.plugins);
  const admin: UserInfo = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };
  const apply: TestApi["apply"] = (manifest, options = {}) => {
    const object = structuredClone(manifest) as ApiObject;
    const type = core.registry
      .types()
      .find(
        ({ kind, group, version }) =>
          kind === object.kind && apiVersion(group, version) === object.apiVersion,
      );
    if (!type) throw new Error(`no resource serves ${object.apiVersion} ${object.kind}`);
    return api.create(type, object.metadata.namespace, object, { user: admin, ...options });
  };
  await createBootstrapObjects(api);
  await access.bootstrap();
  return {
    api,
    access,
    admin,
    apply,
    close() {
      stopped.abort();
      access.close();
    },
  };
}

export function namespace(name: string, labels: Record<string, string> = {}): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

export function serviceAccount(home: string, name = "default"): object {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: home, name } };
}

/** A pod of one container. */
export function pod(home: string, name: string, container: object = {}, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: home, name },
    spec: { containers: [{ name: "main", image: "nginx:1.27", ...container }], ...spec },
  };
}

function apiVersion(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}
