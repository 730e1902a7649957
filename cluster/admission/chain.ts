import type { ApiService } from "../api/service.js";
import type { Authorizer } from "../auth/access.js";
import { Failures } from "../failures.js";
import type { AdmissionPlugin } from "./admission.js";
import { createCertificateAdmission } from "./certificates.js";
import { createDefaultIngressClass, createDefaultStorageClass } from "./default-classes.js";
import { createLimitRanger } from "./limit-ranger.js";
import { createNamespaceLifecycle } from "./namespace-lifecycle.js";
import { createDefaultTolerations, createPriorityAdmission } from "./pod-defaults.js";
import { createPodSecurity } from "./pod-security/pod-security.js";
import type { ServedKinds } from "./policy/policy-types-check.js";
import { createPolicyValidation } from "./policy/policy-validation.js";
import { createValidatingAdmissionPolicy } from "./policy/validating-admission-policy.js";
import { createResourceQuota } from "./quota/resource-quota.js";
import { createRuntimeClassAdmission } from "./runtime-class.js";
import { createServiceAccountAdmission } from "./service-account.js";
import { createMutatingWebhooks, createValidatingWebhooks } from "./webhooks/webhooks.js";
import { createStorageProtection } from "./storage-protection.js";

export interface AdmissionChainOptions {
  /** Used from the first admitted write on, not before. */
  api: ApiService;
  /** For `authorizer` in policies; without it such policies do not compile. */
  authorizer?: Authorizer;
  /** What the types of expressions are checked by. */
  served: ServedKinds;
  failures?: Failures;
  /** Stops the watches the chain keeps. */
  signal?: AbortSignal;
  /** Asks no webhook that has an address. */
  isIsolated?: boolean | undefined;
}

/**
 * The admission plugins in the order a real API server runs them. Run `mutate` of all, then default and validate the object, then
 * `validate` of all. Append `AccessControl.plugins`.
 */
export function createAdmissionChain(options: AdmissionChainOptions): AdmissionPlugin[] {
  const { api, authorizer, served, signal, isIsolated = false, failures = new Failures() } = options;
  const callers = { api, isIsolated };
  return [
    createNamespaceLifecycle(api),
    createLimitRanger(api),
    createServiceAccountAdmission(api),
    createDefaultTolerations(),
    createPriorityAdmission(api),
    createRuntimeClassAdmission(api),
    createCertificateAdmission(authorizer),
    createStorageProtection(),
    createDefaultStorageClass(api),
    createDefaultIngressClass(api),
    createPolicyValidation(authorizer !== undefined),
    createPodSecurity(api),
    createMutatingWebhooks(callers),
    createValidatingAdmissionPolicy({ api, authorizer, failures, served, signal }),
    createValidatingWebhooks(callers),
    createResourceQuota({ api, failures, signal }),
  ];
}
