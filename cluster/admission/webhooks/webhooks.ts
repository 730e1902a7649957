import { isRecord } from "../../api/field-access.js";
import type { ApiObject } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import { badRequest, internalError, StatusError } from "../../api/status.js";
import { applyJsonPatch } from "../../patch/json-patch.js";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.js";
import { matchesRequest } from "../policy/match-request.js";
import { callWebhook } from "./call-webhook.js";
import type { WebhookCaller } from "./call-webhook.js";
import type { Webhook, WebhookConfiguration, WebhookVerdict } from "./webhook-types.js";

const GROUP = "admissionregistration.k8s.io";
const MUTATING = { group: GROUP, version: "v1", resource: "mutatingwebhookconfigurations" };
const VALIDATING = { group: GROUP, version: "v1", resource: "validatingwebhookconfigurations" };
/** What a webhook may not decide about, or nobody could ever remove it. */
const EXEMPT = /^(?:(?:mutating|validating)webhookconfigurations|validatingadmissionpolic(?:ies|ybindings))$/;

/** Asks the MutatingWebhookConfigurations that a request matches, one after the other, and applies their patches. */
export function createMutatingWebhooks(caller: WebhookCaller): AdmissionPlugin {
  return {
    name: "MutatingAdmissionWebhook",
    async mutate(request) {
      for (const webhook of matchingWebhooks(caller.api, MUTATING, request)) {
        const verdict = await ask(caller, webhook, request);
        if (verdict?.patch !== undefined) patchObject(webhook, request, verdict);
      }
    },
  };
}

/** Asks the ValidatingWebhookConfigurations that a request matches. */
export function createValidatingWebhooks(caller: WebhookCaller): AdmissionPlugin {
  return {
    name: "ValidatingAdmissionWebhook",
    async validate(request) {
      const matching = matchingWebhooks(caller.api, VALIDATING, request);
      await Promise.all(matching.map((webhook) => ask(caller, webhook, request)));
    },
  };
}

function matchingWebhooks(api: ApiService, ref: typeof MUTATING, request: AdmissionRequest): Webhook[] {
  const { group, resource } = request.resource;
  if (group === GROUP && EXEMPT.test(resource)) return [];
  const all = (api.list(ref) as WebhookConfiguration[]).flatMap(({ webhooks }) => webhooks ?? []);
  return all.filter(({ rules, matchPolicy, namespaceSelector, objectSelector }) => {
    if (rules === undefined || rules.length === 0) return false;
    const criteria = {
      resourceRules: rules,
      ...(matchPolicy && { matchPolicy }),
      ...(namespaceSelector && { namespaceSelector }),
      ...(objectSelector && { objectSelector }),
    };
    return matchesRequest(criteria, request, api);
  });
}

/** The verdict of a webhook; `undefined` where it could not be asked and its policy is to go on, of which the client is told. */
async function ask(
  caller: WebhookCaller,
  webhook: Webhook,
  request: AdmissionRequest,
): Promise<WebhookVerdict | undefined> {
  const { name, sideEffects, failurePolicy } = webhook;
  const isHarmless = sideEffects === "None" || sideEffects === "NoneOnDryRun";
  if (request.dryRun && !isHarmless) throw badRequest(`admission webhook "${name}" does not support dry run`);
  let verdict: WebhookVerdict;
  try {
    verdict = await callWebhook(caller, webhook, request);
  } catch (error) {
    const why = `failed calling webhook "${name}"`;
    const cause = `failed to call webhook: ${(error as Error).message}`;
    if (failurePolicy !== "Ignore") throw internalError(`${why}: ${cause}`, error);
    request.warn(`${why}, failing open: ${cause}`);
    return undefined;
  }
  for (const text of verdict.warnings ?? []) request.warn(text);
  if (!verdict.allowed) throw denied(name, verdict);
  return verdict;
}

function patchObject(webhook: Webhook, request: AdmissionRequest, verdict: WebhookVerdict): void {
  const { object } = request;
  if (object === undefined) return;
  const operations: unknown = JSON.parse(Buffer.from(verdict.patch ?? "", "base64").toString("utf8"));
  const patched = applyJsonPatch(object, operations);
  if (!isRecord(patched)) throw internalError(`webhook "${webhook.name}" made something that is no object`);
  for (const field of Object.keys(object)) if (!Object.hasOwn(patched, field)) delete object[field];
  Object.assign(object, patched as ApiObject);
}

function denied(name: string, { status }: WebhookVerdict): StatusError {
  const subject = `admission webhook "${name}" denied the request`;
  const { message, code = 403, reason } = status ?? {};
  const why =
    message !== undefined && message !== ""
      ? `: ${message}`
      : reason
        ? `: ${reason}`
        : " without explanation";
  return new StatusError({
    code: code >= 400 ? code : 403,
    reason: reason ?? (code === 403 ? "Forbidden" : ""),
    message: `${subject}${why}`,
  });
}
