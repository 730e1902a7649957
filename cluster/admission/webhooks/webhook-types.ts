import type { ApiObject } from "../../api/object.js";
import type { LabelSelector, RuleWithNames } from "../policy/policy-types.js";

/** One webhook of a ValidatingWebhookConfiguration or MutatingWebhookConfiguration. */
export interface Webhook {
  name: string;
  clientConfig: {
    url?: string;
    service?: { namespace: string; name: string; path?: string; port?: number };
    /** PEM in base64. */
    caBundle?: string;
  };
  rules?: RuleWithNames[];
  failurePolicy?: "Fail" | "Ignore";
  matchPolicy?: "Exact" | "Equivalent";
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  sideEffects?: "None" | "NoneOnDryRun" | "Some" | "Unknown";
  timeoutSeconds?: number;
}

export interface WebhookConfiguration extends ApiObject {
  webhooks?: Webhook[];
}

/** What a webhook answers (`AdmissionResponse`). */
export interface WebhookVerdict {
  allowed: boolean;
  status?: { code?: number; message?: string; reason?: string };
  /** A JSON patch in base64. */
  patch?: string;
  patchType?: string;
  warnings?: string[];
}
