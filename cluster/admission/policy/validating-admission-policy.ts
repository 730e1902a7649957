import type { ApiObject } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import { StatusError } from "../../api/status.js";
import type { Authorizer } from "../../auth/access.js";
import type { Failures } from "../../failures.js";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.js";
import { refuse } from "../refusal.js";
import type { ParamResource } from "./collect-params.js";
import { collectParams, resolveParamKind } from "./collect-params.js";
import type { Activation, Denial } from "./evaluate-policy.js";
import { evaluatePolicy } from "./evaluate-policy.js";
import { matchesRequest } from "./match-request.js";
import { ActivationFactory } from "./policy-activation.js";
import type { BoundPolicy } from "./policy-store.js";
import { PolicyStore } from "./policy-store.js";
import { writePolicyStatus } from "./policy-status.js";
import type { BindingObject } from "./policy-types.js";
import type { ServedKinds } from "./policy-types-check.js";
import { POLICY_GROUP } from "./policy-types.js";

/** A verdict to answer with, and where it came from; no binding where the policy itself cannot be used. */
interface Refusal extends Pick<Denial, "message" | "reason"> {
  policy: string;
  binding: string | undefined;
}

/** Applies the cluster's ValidatingAdmissionPolicies; they never apply to themselves or to webhook configurations. */
export function createValidatingAdmissionPolicy(options: {
  api: ApiService;
  authorizer?: Authorizer | undefined;
  failures: Failures;
  served: ServedKinds;
  signal?: AbortSignal | undefined;
}): AdmissionPlugin {
  const { api, authorizer, failures, served, signal } = options;
  let started: { store: PolicyStore; activations: ActivationFactory } | undefined;
  // The API hands itself out before it can be watched, so the watch begins with the first request.
  const start = (): { store: PolicyStore; activations: ActivationFactory } => {
    const store = new PolicyStore(api, authorizer !== undefined, (policy) => {
      failures.follow("writing the status of a policy", writePolicyStatus(api, policy, served));
    });
    signal?.addEventListener("abort", () => store.close(), { once: true });
    return { store, activations: new ActivationFactory(api, authorizer) };
  };
  return {
    name: "ValidatingAdmissionPolicy",
    validate(request) {
      started ??= start();
      if (request.resource.group === POLICY_GROUP) return;
      const [refusal] = new PolicyDispatch(api, started.activations, request).run(started.store.bound);
      if (refusal) throw refusalError(request, refusal);
    },
  };
}

/** One request on its way through all policies. */
class PolicyDispatch {
  readonly #api: ApiService;
  readonly #activations: ActivationFactory;
  readonly #request: AdmissionRequest;
  readonly #refusals: Refusal[] = [];
  #activation: Activation | undefined;

  constructor(api: ApiService, activations: ActivationFactory, request: AdmissionRequest) {
    this.#api = api;
    this.#activations = activations;
    this.#request = request;
  }

  run(policies: readonly BoundPolicy[]): Refusal[] {
    for (const bound of policies) {
      const { spec } = bound.policy;
      this.#configured(bound, undefined, () => {
        if (!matchesRequest(spec.matchConstraints ?? {}, this.#request, this.#api)) return;
        const resource = spec.paramKind ? resolveParamKind(this.#api, spec.paramKind) : undefined;
        for (const binding of bound.bindings) this.#runBinding(bound, binding, resource);
      });
    }
    return this.#refusals;
  }

  #runBinding(bound: BoundPolicy, binding: BindingObject, resource: ParamResource | undefined): void {
    const params = this.#configured(bound, binding, () =>
      matchesRequest(binding.spec.matchResources ?? {}, this.#request, this.#api)
        ? collectParams(this.#api, resource, binding.spec, this.#request.namespace)
        : [],
    );
    for (const param of params ?? []) this.#evaluate(bound, binding, param);
  }

  #evaluate(bound: BoundPolicy, binding: BindingObject, param: ApiObject | undefined): void {
    this.#activation ??= this.#activations.create(this.#request);
    const activation = { ...this.#activation, params: this.#activations.params(param) };
    for (const denial of evaluatePolicy(bound.compiled, activation)) {
      if (denial.isError && bound.policy.spec.failurePolicy === "Ignore") continue;
      for (const action of binding.spec.validationActions ?? []) this.#act(action, bound, binding, denial);
    }
  }

  #act(action: string, bound: BoundPolicy, binding: BindingObject, denial: Denial): void {
    const policy = bound.policy.metadata.name ?? "";
    const name = binding.metadata.name ?? "";
    if (action === "Deny") this.#refusals.push({ ...denial, policy, binding: name });
    if (action === "Warn") {
      this.#request.warn(
        `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${name}': ${denial.message}`,
      );
    }
  }

  /** Runs `use`; a configuration that cannot be used refuses the request, unless the policy says to ignore failures. */
  #configured<T>(bound: BoundPolicy, binding: BindingObject | undefined, use: () => T): T | undefined {
    try {
      return use();
    } catch (error) {
      if (bound.policy.spec.failurePolicy !== "Ignore") {
        const why = error instanceof Error ? error.message : String(error);
        const message = `failed to configure ${binding ? "binding" : "policy"}: ${why}`;
        this.#refusals.push({
          message,
          policy: bound.policy.metadata.name ?? "",
          binding: binding?.metadata.name,
        });
      }
      return undefined;
    }
  }
}

const CODES: Record<string, number> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

function refusalError(request: AdmissionRequest, refusal: Refusal): StatusError {
  const binding = refusal.binding === undefined ? "" : ` with binding '${refusal.binding}'`;
  const message = `ValidatingAdmissionPolicy '${refusal.policy}'${binding} denied request: ${refusal.message}`;
  const { status } = refuse(request, message);
  const reason = refusal.reason ?? "Invalid";
  return new StatusError({
    code: CODES[reason] ?? 422,
    reason,
    message: status.message ?? message,
    details: { ...status.details, causes: [{ message }] },
  });
}
