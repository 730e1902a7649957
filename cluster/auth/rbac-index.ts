import type { ApiObject, ResourceRef } from "../api/object.js";
import type { ApiService, UserInfo, WatchEvent } from "../api/service.js";
import type { PolicyRule } from "./rbac-rule.js";
import { serviceAccountUser } from "./service-account-user.js";

export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

export interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

/** A binding as the authorizer needs it. `namespace` is empty for a ClusterRoleBinding. */
export interface Binding {
  namespace: string;
  name: string;
  roleRef: RoleRef;
  subjects: Subject[];
}

/** One rule that applies to a user, with the binding and subject it came by. */
export interface AppliedRule {
  rule: PolicyRule;
  binding: Binding;
  subject: Subject;
}

const GROUP = "rbac.authorization.k8s.io";

/** Roles and bindings by who they concern, kept up to date by watch so that a decision looks nothing up in the store. */
export class RbacIndex {
  readonly #roles = new Map<string, PolicyRule[]>();
  readonly #bindings = new Map<string, Binding>();
  /** Namespace ("" for the cluster), then subject, then binding. */
  readonly #bySubject = new Map<string, Map<string, Map<string, Subject>>>();
  readonly #stops: (() => void)[] = [];

  constructor(api: ApiService) {
    this.#follow(api, "roles", (event) => this.#applyRole(event));
    this.#follow(api, "clusterroles", (event) => this.#applyRole(event));
    this.#follow(api, "rolebindings", (event) => this.#applyBinding(event));
    this.#follow(api, "clusterrolebindings", (event) => this.#applyBinding(event));
  }

  /** The rules of a role, or the text that says why there are none. */
  rulesOf(roleRef: RoleRef, namespace: string): PolicyRule[] | string {
    const isCluster = roleRef.kind === "ClusterRole";
    if (!isCluster && roleRef.kind !== "Role")
      return `unsupported role reference kind: ${JSON.stringify(roleRef.kind)}`;
    const rules = this.#roles.get(isCluster ? `/${roleRef.name}` : `${namespace}/${roleRef.name}`);
    return rules ?? `${roleRef.kind.toLowerCase()}.${GROUP} ${JSON.stringify(roleRef.name)} not found`;
  }

  /** Every rule that applies to `user` in `namespace` ("" for the cluster scope); `onMissing` hears of bindings to roles that do not exist. */
  *rulesFor(user: UserInfo, namespace: string, onMissing?: (text: string) => void): Generator<AppliedRule> {
    yield* this.#rulesIn("", user, onMissing);
    if (namespace !== "") yield* this.#rulesIn(namespace, user, onMissing);
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  *#rulesIn(namespace: string, user: UserInfo, onMissing?: (text: string) => void): Generator<AppliedRule> {
    const subjects = this.#bySubject.get(namespace);
    if (!subjects) return;
    const seen = new Set<string>();
    for (const key of [`User:${user.name}`, ...user.groups.map((group) => `Group:${group}`)]) {
      for (const [bindingKey, subject] of subjects.get(key) ?? []) {
        const binding = this.#bindings.get(bindingKey);
        if (!binding || seen.has(bindingKey)) continue;
        seen.add(bindingKey);
        const rules = this.rulesOf(binding.roleRef, namespace);
        if (typeof rules === "string") onMissing?.(rules);
        else for (const rule of rules) yield { rule, binding, subject };
      }
    }
  }

  #follow(api: ApiService, resource: string, listener: (event: WatchEvent) => void): void {
    const ref: ResourceRef = { group: GROUP, version: "v1", resource };
    this.#stops.push(api.watch(ref, listener));
  }

  #applyRole({ type, object }: WatchEvent): void {
    const key = keyOf(object);
    if (type === "DELETED") this.#roles.delete(key);
    else this.#roles.set(key, (object["rules"] as PolicyRule[] | null | undefined) ?? []);
  }

  #applyBinding({ type, object }: WatchEvent): void {
    const key = keyOf(object);
    const previous = this.#bindings.get(key);
    if (previous) this.#forget(key, previous);
    if (type === "DELETED") return;
    const binding: Binding = {
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name ?? "",
      roleRef: object["roleRef"] as RoleRef,
      subjects: (object["subjects"] as Subject[] | null | undefined) ?? [],
    };
    this.#bindings.set(key, binding);
    for (const subject of binding.subjects) this.#remember(key, binding.namespace, subject);
  }

  #remember(bindingKey: string, namespace: string, subject: Subject): void {
    const key = subjectKey(subject, namespace);
    if (key === undefined) return;
    const subjects = this.#bySubject.get(namespace) ?? new Map<string, Map<string, Subject>>();
    this.#bySubject.set(namespace, subjects);
    const bindings = subjects.get(key) ?? new Map<string, Subject>();
    subjects.set(key, bindings);
    if (!bindings.has(bindingKey)) bindings.set(bindingKey, subject);
  }

  #forget(bindingKey: string, binding: Binding): void {
    this.#bindings.delete(bindingKey);
    const subjects = this.#bySubject.get(binding.namespace);
    if (!subjects) return;
    for (const [key, bindings] of subjects) {
      bindings.delete(bindingKey);
      if (bindings.size === 0) subjects.delete(key);
    }
    if (subjects.size === 0) this.#bySubject.delete(binding.namespace);
  }
}

function keyOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name ?? ""}`;
}

function subjectKey(subject: Subject, namespace: string): string | undefined {
  if (subject.kind === "User") return `User:${subject.name}`;
  if (subject.kind === "Group") return `Group:${subject.name}`;
  const home = subject.namespace || namespace;
  if (subject.kind !== "ServiceAccount" || home === "") return undefined;
  return `User:${serviceAccountUser(home, subject.name)}`;
}
