import { searchWithin } from "../../common/name-search.js";
import type { AccessPolicy, AccessPolicyList, PermissionsView } from "../../common/access-api.js";
import type { BindingDelta } from "../../common/roles.js";
import type { ChangeList } from "../../common/history-api.js";
import type { ExceptionSpecInput } from "../../common/exception.js";
import type { PolicyManifestInput } from "../../common/manifest.js";
import type { ExceptionList, ExceptionView } from "../../common/exception-api.js";
import type { ClusterList, Detachment } from "../../common/cluster-api.js";
import type {
  ActivityEntry,
  EffectiveView,
  ExplainAnswer,
  ExplainRequest,
  NamespaceList,
  OrganizationView,
  PolicyList,
  PolicyView,
  PreviewAnswer,
  PreviewRequest,
  TmcProblem,
  ViolationList,
  WorkspaceList,
} from "../../common/tmc-api.js";

/** A change answers when it is in force, which the server itself gives up on well before this. */
const ANSWER_DEADLINE_MS = 30_000;

/** A refusal of the policy API, or its silence; `fields` names what was wrong in a form. */
export class PolicyApiError extends Error {
  readonly status: number;
  readonly fields: { path: string; message: string }[];

  constructor(
    message: string,
    status: number,
    fields: { path: string; message: string }[] = [],
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "PolicyApiError";
    this.status = status;
    this.fields = fields;
  }
}

/** Where a policy is set: on a workspace, or on the organization where `workspace` is absent. */
export interface PolicyPlace {
  workspace?: string | undefined;
}

/** A namespace of the home cluster, or of a further one that is named. */
export interface NamespacePlace {
  namespace: string;
  cluster?: string | undefined;
}

/** The part of a long list that is asked for. */
export interface ListPart {
  /** What stands in the names. */
  search?: string;
  offset?: number;
  size: number;
}

/** The same where roles are bound; the organization goes by its name there. */
export interface AccessPlace extends PolicyPlace {
  organization: string;
}

/** What the server in front of the policy API answers, such as to a session that has ended. */
interface ServerProblem {
  error: { message: string };
}

export type PolicyApi = ReturnType<typeof createPolicyApi>;

/**
 * The calls of `policy/common/tmc-api.ts`; `base` is the absolute path of `v1alpha1`, `headers` are what the server lets its pages in
 * by. Each throws `PolicyApiError`.
 */
export function createPolicyApi(base: string, headers: () => Record<string, string>) {
  const read = <T>(path: string, signal?: AbortSignal) => call<T>("GET", path, undefined, signal);
  const call = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
    send<T>(`${base}/${path}`, { method, headers: headers(), body, signal });
  return {
    organization: (signal?: AbortSignal) => read<{ organization: OrganizationView }>("organization", signal),
    workspaces: (signal?: AbortSignal) => read<WorkspaceList>("workspaces", signal),
    clusters: (signal?: AbortSignal) => read<ClusterList>("clusters", signal),
    namespaces: (list: ListPart, signal?: AbortSignal) =>
      read<NamespaceList>(`namespaces?${listQuery(list)}`, signal),
    history: ({ workspace }: PolicyPlace, policy?: string, signal?: AbortSignal) =>
      read<ChangeList>(
        `${placePath(workspace)}/history${policy === undefined ? "" : `?kind=policy&name=${part(policy)}`}`,
        signal,
      ),
    restore: ({ workspace }: PolicyPlace, id: string) =>
      call<object>("POST", `${placePath(workspace)}/history/${part(id)}/restore`),
    ...accessCalls(call),
    ...policyCalls(call),
    violations: (signal?: AbortSignal) => read<ViolationList>("image-policies/violations", signal),
    ...exceptionCalls(call),
    activity: (signal?: AbortSignal) => read<{ entries: ActivityEntry[] }>("image-policies/activity", signal),
    /** What tells this organization's answers from another's. */
    base,
    effective: ({ namespace, cluster }: NamespacePlace, signal?: AbortSignal) =>
      read<EffectiveView>(
        `image-policies/effective/${part(namespace)}${cluster === undefined ? "" : `?cluster=${part(cluster)}`}`,
        signal,
      ),
    explain: (request: ExplainRequest) => call<ExplainAnswer>("POST", "image-policies/explain", request),
    preview: (request: PreviewRequest, signal?: AbortSignal) =>
      call<PreviewAnswer>("POST", "image-policies/preview", request, signal),
    createWorkspace: (name: string, description: string) =>
      call<object>("POST", "workspaces", { workspace: { fullName: { name }, meta: { description } } }),
    deleteWorkspace: (name: string) => call<object>("DELETE", `workspaces/${part(name)}`),
    attachNamespace: (at: { cluster: string; namespace: string; workspace: string }, move: boolean) =>
      call<object>(
        move ? "PUT" : "POST",
        `clusters/${part(at.cluster)}/namespaces${move ? `/${part(at.namespace)}` : ""}`,
        {
          namespace: {
            fullName: { name: at.namespace },
            spec: { workspaceName: at.workspace, attach: true },
          },
        },
      ),
    attachCluster: (name: string, kubeconfig: string) =>
      call<object>("POST", "clusters", {
        cluster: { fullName: { name } },
        ...(kubeconfig !== "" && { kubeconfig }),
      }),
    detachCluster: (name: string) => call<Detachment>("DELETE", `clusters/${part(name)}?force=true`),
    detachNamespace: (cluster: string, namespace: string) =>
      call<object>("DELETE", `clusters/${part(cluster)}/namespaces/${part(namespace)}`),
  };
}

type Call = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) => Promise<T>;

/** The policies of a place, and of all places. */
function policyCalls(call: Call) {
  return {
    policies: (signal?: AbortSignal) => call<PolicyList>("GET", "image-policies", undefined, signal),
    policy: (place: PolicyPlace, name: string) =>
      call<{ policy: PolicyView }>("GET", `${policiesPath(place)}/${part(name)}`),
    createPolicy: (place: PolicyPlace, policy: PolicyManifestInput) =>
      call<{ policy: PolicyView }>("POST", policiesPath(place), { policy }),
    replacePolicy: (place: PolicyPlace, policy: PolicyManifestInput) =>
      call<{ policy: PolicyView }>("PUT", `${policiesPath(place)}/${part(policy.fullName.name)}`, { policy }),
    deletePolicy: (place: PolicyPlace, name: string) =>
      call<object>("DELETE", `${policiesPath(place)}/${part(name)}`),
  };
}

/** What is excepted from policies. */
function exceptionCalls(call: Call) {
  return {
    exceptions: (signal?: AbortSignal) =>
      call<ExceptionList>("GET", "image-policies/exceptions", undefined, signal),
    requestException: (place: PolicyPlace, name: string, spec: ExceptionSpecInput) =>
      call<{ exception: ExceptionView }>("POST", exceptionsPath(place), {
        exception: { fullName: { name }, spec },
      }),
    /** Decides on what was shown, and on nothing that took its name meanwhile. */
    decideException: (place: PolicyPlace, { fullName, meta }: ExceptionView, decision: "grant" | "deny") =>
      call<{ exception: ExceptionView }>(
        "POST",
        `${exceptionsPath(place)}/${part(fullName.name)}/${decision}`,
        { resourceVersion: meta.resourceVersion },
      ),
    deleteException: (place: PolicyPlace, name: string) =>
      call<object>("DELETE", `${exceptionsPath(place)}/${part(name)}`),
  };
}

/** Who may do what. */
function accessCalls(call: Call) {
  return {
    permissions: (signal?: AbortSignal) => call<PermissionsView>("GET", "permissions", undefined, signal),
    access: (place: AccessPlace, signal?: AbortSignal) =>
      call<AccessPolicyList>("GET", iamPath(place), undefined, signal),
    changeAccess: (place: AccessPlace, bindingDeltaList: readonly BindingDelta[]) =>
      call<{ policy: AccessPolicy }>("PATCH", iamPath(place), { bindingDeltaList }),
  };
}

/** Whether what was asked for is not there any more, so that asking again is of no use. */
export function isGone(error: Error | null): boolean {
  return error instanceof PolicyApiError && error.status === 404;
}

/** What to show a person of anything thrown. */
export function problemText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function placePath(workspace: string | undefined): string {
  return workspace === undefined ? "organization" : `workspaces/${part(workspace)}`;
}

function policiesPath({ workspace }: PolicyPlace): string {
  return `${placePath(workspace)}/policies`;
}

function exceptionsPath({ workspace }: PolicyPlace): string {
  return `${placePath(workspace)}/exceptions`;
}

function iamPath({ organization, workspace }: AccessPlace): string {
  return workspace === undefined
    ? `organization:iam/${part(organization)}`
    : `workspaces:iam/${part(workspace)}`;
}

function listQuery({ search = "", offset = 0, size }: ListPart): string {
  const query = {
    "searchScope.name": searchWithin(search),
    "pagination.offset": offset,
    "pagination.size": size,
  };
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
}

function part(name: string): string {
  return encodeURIComponent(name);
}

interface PolicyCall {
  method: string;
  headers: Record<string, string>;
  body: unknown;
  /** Ends the call where nobody waits for its answer any more. */
  signal: AbortSignal | undefined;
}

async function send<T>(url: string, call: PolicyCall): Promise<T> {
  const response = await answer(url, call);
  const json: unknown = await response.json().catch(() => undefined);
  if (response.ok) return json as T;
  const problem = json as (Partial<Omit<TmcProblem, "error">> & Partial<ServerProblem>) | undefined;
  const message = withoutReason(problem) ?? problem?.error?.message;
  throw new PolicyApiError(
    message ?? `The server answered ${response.status}. Try again in a moment.`,
    response.status,
    problem?.fields,
  );
}

/** The text begins with its reason, such as `AlreadyExists: `, which is for programs. */
function withoutReason(
  problem: Partial<Pick<TmcProblem, "message" | "reason">> | undefined,
): string | undefined {
  const { message, reason } = problem ?? {};
  if (message === undefined || reason === undefined || !message.startsWith(`${reason}: `)) return message;
  const text = message.slice(reason.length + 2);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}

async function answer(url: string, { method, headers, body, signal }: PolicyCall): Promise<Response> {
  const deadline = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const type = body === undefined ? {} : { "content-type": "application/json" };
  try {
    return await fetch(url, {
      method,
      credentials: "same-origin",
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
      headers: { ...headers, ...type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new PolicyApiError("The server does not answer. Check the network and try again.", 0, [], cause);
  }
}
