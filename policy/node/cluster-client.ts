import type { CoreV1Api, CustomObjectsApi, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";

import { POLICY_ERROR, PolicyError } from "./errors.js";
import { pooledKubeConfig } from "../../kubernetes/node/pooled-kube-config.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { NamespaceWatch } from "./namespace-watch.js";
import { KnownParameters } from "./known-parameters.js";
import { SeenVersions } from "./seen-versions.js";

/** Everything this room asks of a cluster. */
export interface ClusterClient {
  kubeConfig: KubeConfig;
  core: CoreV1Api;
  custom: CustomObjectsApi;
  objects: KubernetesObjectApi;
  /** The options that make a patch a merge patch. */
  mergePatch: Parameters<CoreV1Api["patchNamespace"]>[1];
  /** How new what was read and written through it was. */
  seen: SeenVersions;
  /** The parameters that were last made through it. */
  parameters: KnownParameters;
  /** The namespaces, for those who show them. */
  namespaces: NamespaceWatch;
}

/** Opens the clients of one kubeconfig; the library behind them is loaded on the first call. */
export async function createClusterClient(
  kubeConfig: KubeConfig,
  { parameters = new KnownParameters() }: { parameters?: KnownParameters } = {},
): Promise<ClusterClient> {
  const library = await import("../../kubernetes/node/client-library.js");
  const pooled = pooledKubeConfig(kubeConfig, library);
  const seen = new SeenVersions();
  const core = pooled.makeApiClient(library.CoreV1Api);
  const ask = () =>
    core.listNamespace({ limit: 1 }).then(
      ({ metadata }) => metadata?.resourceVersion,
      (error: unknown) => {
        throw toPolicyError(error);
      },
    );
  return {
    kubeConfig,
    core,
    custom: pooled.makeApiClient(library.CustomObjectsApi),
    objects: library.KubernetesObjectApi.makeApiClient(pooled),
    mergePatch: library.setHeaderOptions("Content-Type", library.PatchStrategy.MergePatch),
    seen,
    parameters,
    namespaces: new NamespaceWatch({ open: () => new KubernetesClient(kubeConfig), ask, seen }),
  };
}

/** What an API server answered when it refused. */
export interface ApiRefusal {
  status: number;
  reason: string;
  message: string;
  /** The texts of its `Warning` headers, joined as they came. */
  warnings: string;
}

/** Reads a refusal out of what the client library throws; `undefined` when no API server answered at all. */
export function refusalOf(error: unknown): ApiRefusal | undefined {
  if (!isApiException(error)) return undefined;
  const status = parseStatus(error.body);
  return {
    status: error.code,
    reason: status.reason ?? "",
    message: status.message ?? `status ${error.code}`,
    warnings: error.headers?.["warning"] ?? "",
  };
}

export function isNotFound(error: unknown): boolean {
  return refusalOf(error)?.status === 404;
}

export function isConflict(error: unknown): boolean {
  return refusalOf(error)?.status === 409;
}

/** Resolves to `undefined` where the object does not exist. */
export async function orUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw toPolicyError(error);
  }
}

/** Turns any failure of a call into an error that says what to do. */
export function toPolicyError(error: unknown): PolicyError {
  if (error instanceof PolicyError) return error;
  const refusal = refusalOf(error);
  if (refusal) {
    const message = `The cluster refused with ${refusal.status} ${refusal.reason}: ${refusal.message}`;
    return new PolicyError(POLICY_ERROR.clusterRefused, message, { cause: error });
  }
  const detail = whyUnanswered(error);
  const message = `The cluster could not be asked (${detail}). Check that its API server runs and is reachable from here.`;
  return new PolicyError(POLICY_ERROR.clusterUnreachable, message, { cause: error });
}

/** Nothing but the deadline of a call ends one of the library's. */
function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "AbortError" ? "it did not answer in time" : error.message;
}

interface ApiExceptionShape {
  code: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Told by shape: importing the class would load the whole library. */
function isApiException(error: unknown): error is ApiExceptionShape {
  return error instanceof Error && "body" in error && "code" in error && typeof error.code === "number";
}

function parseStatus(body: unknown): { reason?: string; message?: string } {
  if (typeof body === "object" && body !== null) return body;
  if (typeof body !== "string") return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? parsed : { message: body };
  } catch {
    return { message: body };
  }
}
