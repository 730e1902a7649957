import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isRecord, recordAt } from "../../api/field-access.js";
import type { ApiService } from "../../api/service.js";
import type { AdmissionRequest } from "../admission.js";
import type { Webhook, WebhookVerdict } from "./webhook-types.js";

const DEFAULT_TIMEOUT_SECONDS = 10;
/** Bytes of an answer: an object and as much of a patch. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const SERVICES = { group: "", version: "v1", resource: "services" };

/** Who asks webhooks. */
export interface WebhookCaller {
  api: ApiService;
  /** Asks none that has an address. */
  isIsolated: boolean;
}

/** Asks a webhook about a request; throws with what a real API server says of one that cannot be asked. */
export async function callWebhook(
  { api, isIsolated }: WebhookCaller,
  webhook: Webhook,
  request: AdmissionRequest,
): Promise<WebhookVerdict> {
  const seconds = webhook.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const { url, service } = webhook.clientConfig;
  if (url === undefined) throw new Error(serviceProblem(api, service, seconds));
  const uid = randomUUID();
  const target = new URL(url);
  target.searchParams.set("timeout", `${seconds}s`);
  if (isIsolated) throw new Error(`Post ${JSON.stringify(target.href)}: this cluster calls no addresses`);
  const answer = await post(target, reviewOf(uid, request), { webhook, seconds }).catch((error: unknown) => {
    throw new Error(`Post ${JSON.stringify(target.href)}: ${(error as Error).message}`);
  });
  const response = recordAt(answer, "response");
  if (response === undefined) throw new Error("Webhook response was absent");
  if (response["uid"] !== uid) {
    throw new Error(
      `received invalid webhook response: expected response.uid="${uid}", got "${String(response["uid"])}"`,
    );
  }
  return response as unknown as WebhookVerdict;
}

/** A service is never reached: no container is behind it. */
function serviceProblem(
  api: ApiService,
  service: Webhook["clientConfig"]["service"],
  seconds: number,
): string {
  const { namespace = "", name = "", path = "", port = 443 } = service ?? {};
  const address = `https://${name}.${namespace}.svc:${port}${path}?timeout=${seconds}s`;
  const why =
    api.find(SERVICES, { namespace, name }) === undefined
      ? `service ${JSON.stringify(name)} not found`
      : `the embedded cluster calls webhooks by their url alone, and service ${JSON.stringify(name)} has none`;
  return `Post ${JSON.stringify(address)}: ${why}`;
}

function reviewOf(uid: string, request: AdmissionRequest): object {
  const { resource, kind, user, operation, namespace, name, object, oldObject, dryRun } = request;
  const { group, version, resource: plural, subresource } = resource;
  const about = { group, version, resource: plural };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid,
      kind,
      resource: about,
      requestKind: kind,
      requestResource: about,
      ...(subresource !== undefined && { subResource: subresource, requestSubResource: subresource }),
      name,
      ...(namespace !== "" && { namespace }),
      operation,
      userInfo: { username: user.name, groups: user.groups, ...(user.uid && { uid: user.uid }) },
      object: object ?? null,
      oldObject: oldObject ?? null,
      dryRun,
      options: null,
    },
  };
}

async function post(
  target: URL,
  body: object,
  { webhook, seconds }: { webhook: Webhook; seconds: number },
): Promise<unknown> {
  const { caBundle } = webhook.clientConfig;
  const ca = caBundle === undefined ? undefined : Buffer.from(caBundle, "base64").toString("utf8");
  const signal = AbortSignal.timeout(seconds * 1000);
  const headers = { "content-type": "application/json", accept: "application/json" };
  const options = { method: "POST", headers, signal, agent: false, ...(ca !== undefined && { ca }) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpsRequest(target, options, resolve);
    outgoing.on("error", (error) => reject(signal.aborted ? new Error("context deadline exceeded") : error));
    outgoing.end(JSON.stringify(body));
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return readAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString("utf8"));
}

function readAnswer(code: number, text: string): unknown {
  if (code < 200 || code > 299) throw new Error(`the server answered with status ${code}`);
  const answer: unknown = JSON.parse(text);
  if (!isRecord(answer)) throw new Error("the answer is no AdmissionReview");
  return answer;
}
