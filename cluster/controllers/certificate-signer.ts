import { isRecord, numberAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { ClientAuthority } from "../certificates/client-authority.js";
import { API_CLIENT_SIGNER } from "../certificates/signer-names.js";
import { readSigningRequest } from "../certificates/signing-request.js";
import type { Controller, ControllerContext } from "./controller.js";
import { timestampOf } from "./clock.js";
import { writesOf } from "./controller-user.js";
import { keyOf, locationOfKey } from "./object-keys.js";
import { certificateSigningRequests, statusOf } from "./resource-refs.js";

const OPTIONAL_USAGES = new Set(["digital signature", "key encipherment"]);

/** Signs approved requests for certificates of clients of the API; no other signer of Kubernetes' own is here. */
export function createCertificateSigner(
  { api, clock }: ControllerContext,
  authority: ClientAuthority,
): Controller {
  const writes = writesOf("certificate-controller");
  return {
    name: "certificate-signer",
    watch: (queue) => [
      api.watch(certificateSigningRequests, ({ type, object }) => {
        if (type !== "DELETED") queue.add(keyOf(object));
      }),
    ],
    reconcile: async (key) => {
      const found = api.find(certificateSigningRequests, locationOfKey(key));
      if (found === undefined || !isForSigner(found)) return;
      const status = isRecord(found["status"]) ? found["status"] : {};
      const usages = (valueAt(found, "spec.usages") ?? []) as string[];
      const fault = usageFault(usages);
      if (fault !== undefined) {
        const conditions = [
          ...recordsAt(found, "status.conditions"),
          failure(fault, timestampOf(clock.now())),
        ];
        const failed = { ...found, status: { ...status, conditions } };
        await api.update(statusOf(certificateSigningRequests), failed, writes);
        return;
      }
      const request = await readSigningRequest(textAt(found, "spec.request"));
      const seconds = valueAt(found, "spec.expirationSeconds");
      const pem = await authority.sign(request, {
        usages,
        ...(seconds !== undefined && { expirationSeconds: numberAt(found, "spec.expirationSeconds") }),
      });
      const certificate = Buffer.from(pem).toString("base64");
      const signed = { ...found, status: { ...status, certificate } };
      await api.update(statusOf(certificateSigningRequests), signed, writes);
    },
  };
}

function isForSigner(request: ApiObject): boolean {
  const types = recordsAt(request, "status.conditions").map(({ type }) => type);
  return (
    textAt(request, "spec.signerName") === API_CLIENT_SIGNER &&
    types.includes("Approved") &&
    !types.includes("Denied") &&
    !types.includes("Failed") &&
    textAt(request, "status.certificate") === ""
  );
}

function usageFault(usages: readonly string[]): string | undefined {
  const wrong = usages.find((usage) => usage !== "client auth" && !OPTIONAL_USAGES.has(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  if (usages.includes("client auth")) return undefined;
  return "missing required usage for client certificate: client auth";
}

function failure(message: string, lastUpdateTime: string): Record<string, string> {
  return { type: "Failed", status: "True", reason: "SignerValidationFailure", message, lastUpdateTime };
}
