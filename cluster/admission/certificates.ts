import { isDeepStrictEqual } from "node:util";
import { textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { Authorizer } from "../auth/access.js";
import { PRIVILEGED_GROUP } from "../auth/rbac-authorizer.js";
import { API_CLIENT_SIGNER } from "../certificates/signer-names.js";
import { organizationsOf, readSigningRequest } from "../certificates/signing-request.js";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.js";
import { refuse } from "./refusal.js";

const GROUP = "certificates.k8s.io";

/**
 * Says of requests for certificates who made them, keeps approval and signing to those who may for the signer, and the group
 * that may do everything out of what clients can ask for.
 */
export function createCertificateAdmission(authorizer: Authorizer | undefined): AdmissionPlugin {
  return {
    name: "Certificates",
    mutate(request) {
      const { operation, object, user } = request;
      if (!concerns(request) || operation !== "CREATE" || object === undefined) return;
      const { name: username, uid, groups, extra } = user;
      const who = { username, groups, ...(uid !== undefined && { uid }), ...(extra && { extra }) };
      const { username: _username, uid: _uid, groups: _groups, extra: _extra, ...spec } = specOf(object);
      object["spec"] = { ...spec, ...who };
    },
    async validate(request) {
      if (!concerns(request)) return;
      const { object, oldObject, resource } = request;
      if (oldObject !== undefined && authorizer !== undefined) {
        const verb = verbFor(resource.subresource, object, oldObject);
        if (verb !== undefined)
          requireSignerRight(authorizer, request, verb, textAt(oldObject, "spec.signerName"));
      }
      if (resource.subresource === undefined && object !== undefined) await refusePrivilege(request, object);
    },
  };
}

function concerns({ resource }: AdmissionRequest): boolean {
  return resource.group === GROUP && resource.resource === "certificatesigningrequests";
}

function specOf(object: ApiObject): Record<string, unknown> {
  return (object["spec"] ?? {}) as Record<string, unknown>;
}

function verbFor(
  subresource: string | undefined,
  object: ApiObject | undefined,
  oldObject: ApiObject,
): "approve" | "sign" | undefined {
  if (subresource === "approval") return "approve";
  if (subresource !== "status") return undefined;
  const parts = ["status.certificate", "status.conditions"];
  return parts.every((path) => isDeepStrictEqual(valueAt(object, path), valueAt(oldObject, path)))
    ? undefined
    : "sign";
}

function requireSignerRight(
  authorizer: Authorizer,
  request: AdmissionRequest,
  verb: "approve" | "sign",
  signer: string,
): void {
  const names = [signer, `${signer.split("/")[0]}/*`];
  const may = (name: string): boolean =>
    authorizer.authorize({ user: request.user, verb, resource: { group: GROUP, resource: "signers", name } })
      .allowed;
  if (names.some(may)) return;
  throw refuse(request, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`);
}

async function refusePrivilege(request: AdmissionRequest, object: ApiObject): Promise<void> {
  if (request.operation === "DELETE" || textAt(object, "spec.signerName") !== API_CLIENT_SIGNER) return;
  const organizations = organizationsOf(await readSigningRequest(textAt(object, "spec.request")));
  if (!organizations.includes(PRIVILEGED_GROUP)) return;
  throw refuse(request, `use of ${API_CLIENT_SIGNER} signer with ${PRIVILEGED_GROUP} group is not allowed`);
}
