import type { ApiObject, ResourceRef } from "../../api/object.js";
import type { ApiService, WatchEvent } from "../../api/service.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { compilePolicy } from "./compiled-policy.js";
import type { BindingObject, PolicyObject } from "./policy-types.js";
import { POLICY_GROUP } from "./policy-types.js";

/** A policy that has at least one binding, with its expressions compiled. */
export interface BoundPolicy {
  policy: PolicyObject;
  bindings: BindingObject[];
  compiled: CompiledPolicy;
}

/** The policies of the cluster as their watch tells them; each generation is compiled once, when it is first needed. */
export class PolicyStore {
  readonly #policies = new Map<string, PolicyObject>();
  readonly #bindings = new Map<string, BindingObject>();
  readonly #compiled = new Map<string, { key: string; value: CompiledPolicy }>();
  readonly #hasAuthorizer: boolean;
  readonly #stops: (() => void)[];
  #bound: BoundPolicy[] | undefined;

  constructor(api: ApiService, hasAuthorizer: boolean, onPolicy: (policy: PolicyObject) => void) {
    this.#hasAuthorizer = hasAuthorizer;
    this.#stops = [
      api.watch(refOf("validatingadmissionpolicies"), (event) => {
        this.#apply(this.#policies, event);
        if (event.type !== "DELETED") onPolicy(event.object as PolicyObject);
        else this.#compiled.delete(event.object.metadata.name ?? "");
      }),
      api.watch(refOf("validatingadmissionpolicybindings"), (event) => this.#apply(this.#bindings, event)),
    ];
  }

  /** Policies with a binding, by name. */
  get bound(): readonly BoundPolicy[] {
    this.#bound ??= this.#joined();
    return this.#bound;
  }

  compiled(policy: PolicyObject): CompiledPolicy {
    const { name = "", uid, generation } = policy.metadata;
    const key = `${uid}/${generation}`;
    const known = this.#compiled.get(name);
    if (known?.key === key) return known.value;
    const value = compilePolicy(policy.spec, this.#hasAuthorizer);
    this.#compiled.set(name, { key, value });
    return value;
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #apply<T extends ApiObject>(objects: Map<string, T>, { type, object }: WatchEvent): void {
    const name = object.metadata.name ?? "";
    if (type === "DELETED") objects.delete(name);
    else objects.set(name, object as T);
    this.#bound = undefined;
  }

  #joined(): BoundPolicy[] {
    const all = sortedByName([...this.#bindings.values()]);
    return sortedByName([...this.#policies.values()]).flatMap((policy) => {
      const bindings = all.filter(({ spec }) => spec.policyName === policy.metadata.name);
      return bindings.length > 0 ? [{ policy, bindings, compiled: this.compiled(policy) }] : [];
    });
  }
}

function sortedByName<T extends ApiObject>(objects: T[]): T[] {
  return objects.toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
}

function refOf(resource: string): ResourceRef {
  return { group: POLICY_GROUP, version: "v1", resource };
}
