import { constants, accessSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { NAMESPACE } from "../auth/signing-key.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** Kubernetes 1.30 is the first with ValidatingAdmissionPolicy in its stable API, on which the image policies rest. */
const OLDEST_MINOR = 30;
const ANSWER_TIMEOUT_MS = 8_000;

/** What Lectern does on a cluster; the first verb that is refused is named in the error. */
const NEEDED_RIGHTS: readonly Right[] = [
  { group: "apiextensions.k8s.io", resource: "customresourcedefinitions", verb: "create" },
  { group: "", resource: "namespaces", verb: "get" },
  { group: "", resource: "namespaces", verb: "create" },
  { group: "", resource: "namespaces", verb: "delete" },
  { group: "", resource: "serviceaccounts", verb: "create" },
  { group: "rbac.authorization.k8s.io", resource: "rolebindings", verb: "create" },
  { group: "admissionregistration.k8s.io", resource: "validatingadmissionpolicies", verb: "create" },
  { group: "admissionregistration.k8s.io", resource: "validatingadmissionpolicybindings", verb: "create" },
  { group: "lectern.dev", resource: "sessions", verb: "create" },
  { group: "policy.lectern.dev", resource: "imagepolicies", verb: "create" },
];

/** What it does besides in the namespace of the shells, where sessions have pods. */
const NEEDED_FOR_PODS: readonly Right[] = [
  { group: "", resource: "pods", verb: "create" },
  { group: "", resource: "pods", verb: "watch" },
  { group: "", resource: "secrets", verb: "create" },
  { group: "", resource: "persistentvolumeclaims", verb: "create" },
  { group: "networking.k8s.io", resource: "networkpolicies", verb: "create" },
];
/** What one of several servers does besides. */
const LEASE_RIGHTS: readonly Right[] = ["get", "create", "update"].map((verb) => ({
  group: "coordination.k8s.io",
  resource: "leases",
  verb,
  namespace: NAMESPACE,
}));

interface Right {
  namespace?: string;
  group: string;
  resource: string;
  verb: string;
}

/** Throws SERVER_PORT_IN_USE when nothing can listen there; lets go of the port again. */
export async function checkPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once("error", reject);
      probe.listen(port, host, resolve);
    });
  } catch (error) {
    throw portError(host, port, error as NodeJS.ErrnoException);
  } finally {
    probe.close();
  }
}

/** The error for an address that cannot be listened on. */
export function portError(host: string, port: number, error: NodeJS.ErrnoException): ServerError {
  const why: Record<string, string> = {
    EADDRINUSE: `Port ${String(port)} on ${host} is in use by another program. Stop it, or choose another port with --port (0 takes any free one).`,
    EACCES: `Port ${String(port)} may only be opened by root. Choose one above 1023 with --port.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine. Name one that is with --host.`,
    ENOTFOUND: `The host name ${host} is unknown. Name an address of this machine with --host.`,
  };
  const message =
    why[error.code ?? ""] ??
    `Cannot listen on ${host}:${String(port)}: ${error.message}. Choose others with --host and --port.`;
  return new ServerError(serverErrorCodes.portInUse, message, error);
}

/** The first executable file of that name on the search path. Throws SERVER_KUBECTL_MISSING. */
export function findKubectl(searchPath: string, given: string | undefined): string {
  const candidates =
    given === undefined ? searchPath.split(delimiter).map((folder) => join(folder, "kubectl")) : [given];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new ServerError(
    serverErrorCodes.kubectlMissing,
    given === undefined
      ? "There is no kubectl on PATH, and labs call it. Install it (https://kubernetes.io/docs/tasks/tools), or name it in LECTERN_KUBECTL."
      : `LECTERN_KUBECTL names ${given}, which is not an executable file.`,
  );
}

/** Reads a kubeconfig and its current context. Throws SERVER_KUBECONFIG_INVALID. */
export async function readKubeconfig(file: string): Promise<KubeConfig> {
  const { KubeConfig } = await import("../../kubernetes/node/client-library.js");
  const kubeconfig = new KubeConfig();
  try {
    kubeconfig.loadFromString(readFileSync(file, "utf8"));
    if (kubeconfig.getCurrentCluster() === null) throw new Error("its current context names no cluster");
    return kubeconfig;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The kubeconfig ${file} cannot be used: ${why}. Give a file that "kubectl --kubeconfig ${file} version" accepts.`;
    throw new ServerError(serverErrorCodes.kubeconfigInvalid, message, error);
  }
}

/** Checks that the cluster answers and is new enough; resolves to its version. Throws SERVER_CLUSTER_UNREACHABLE, SERVER_CLUSTER_TOO_OLD. */
export async function checkVersion(kubeconfig: KubeConfig): Promise<string> {
  const { VersionApi } = await import("../../kubernetes/node/client-library.js");
  const address = addressOf(kubeconfig);
  const version = await answer(kubeconfig.makeApiClient(VersionApi).getCode(), address);
  if (!isTooOld(version)) return version.gitVersion;
  throw new ServerError(
    serverErrorCodes.clusterTooOld,
    `The cluster at ${address} runs Kubernetes ${version.gitVersion}; Lectern needs 1.${String(OLDEST_MINOR)} or newer. Upgrade it, or leave --kubeconfig away to use the embedded one.`,
  );
}

/**
 * Checks that the kubeconfig's user may do what Lectern does, as one of several servers, and make pods in a namespace where it does.
 * Throws SERVER_CLUSTER_FORBIDDEN.
 */
export async function checkRights(
  kubeconfig: KubeConfig,
  { isOneOfSeveral, podNamespace }: { isOneOfSeveral: boolean; podNamespace?: string },
): Promise<void> {
  const { AuthorizationV1Api } = await import("../../kubernetes/node/client-library.js");
  const authorization = kubeconfig.makeApiClient(AuthorizationV1Api);
  const namespace = podNamespace ?? "";
  const forPods = namespace === "" ? [] : NEEDED_FOR_PODS.map((right) => ({ ...right, namespace }));
  for (const right of [...NEEDED_RIGHTS, ...forPods, ...(isOneOfSeveral ? LEASE_RIGHTS : [])]) {
    const spec = { resourceAttributes: right };
    const review = await answer(
      authorization.createSelfSubjectAccessReview({ body: { spec } }),
      addressOf(kubeconfig),
    );
    if (review.status?.allowed !== true) throw forbidden(right, kubeconfig);
  }
}

/** What tells the cluster from every other, wherever it is reached. Throws SERVER_CLUSTER_UNREACHABLE, SERVER_CLUSTER_FORBIDDEN. */
export async function clusterUid(kubeconfig: KubeConfig): Promise<string> {
  const { CoreV1Api } = await import("../../kubernetes/node/client-library.js");
  const read = kubeconfig.makeApiClient(CoreV1Api).readNamespace({ name: "kube-system" });
  const { metadata } = await answer(read, addressOf(kubeconfig));
  return metadata?.uid ?? "";
}

/** Where the kubeconfig's cluster is. */
export function addressOf(kubeconfig: KubeConfig): string {
  return kubeconfig.getCurrentCluster()?.server ?? "";
}

/** Whether a version as `/version` states it is below 1.30; clouds write the minor as `30+`. */
export function isTooOld(version: { major: string; minor: string }): boolean {
  const [major, minor] = [Number.parseInt(version.major, 10), Number.parseInt(version.minor, 10)];
  return major < 1 || (major === 1 && minor < OLDEST_MINOR);
}

function forbidden(right: Right, kubeconfig: KubeConfig): ServerError {
  const resource = right.group === "" ? right.resource : `${right.resource}.${right.group}`;
  const user = kubeconfig.getCurrentUser()?.name ?? "the kubeconfig's user";
  return new ServerError(
    serverErrorCodes.clusterForbidden,
    `${user} may not ${right.verb} ${resource} on the cluster. Lectern needs an administrator's kubeconfig: see "kubectl auth can-i ${right.verb} ${resource}".`,
  );
}

async function answer<T>(call: Promise<T>, address: string): Promise<T> {
  try {
    return await Promise.race([call, rejectAfter(ANSWER_TIMEOUT_MS)]);
  } catch (error) {
    const { code, message } = error as { code?: number | string; message?: string };
    if (code === 401 || code === 403) {
      const text = `The cluster at ${address} does not accept the kubeconfig's credentials (${String(code)}). Renew them and try "kubectl auth whoami" with the same file.`;
      throw new ServerError(serverErrorCodes.clusterForbidden, text, error);
    }
    const said = (message ?? String(error)).split("\n", 1)[0] ?? "";
    const text =
      typeof code === "number"
        ? `The cluster at ${address} answered with status ${String(code)} (${said}). Check that the kubeconfig names an API server, and that it is ready: "kubectl get --raw /readyz" with the same file.`
        : `The cluster at ${address} does not answer: ${said}. Check that it runs, that this machine reaches it, and that kubectl works with the same kubeconfig.`;
    throw new ServerError(serverErrorCodes.clusterUnreachable, text, error);
  }
}

function rejectAfter(milliseconds: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(
      () => reject(new Error(`no answer within ${String(milliseconds / 1000)} s`)),
      milliseconds,
    ).unref();
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
