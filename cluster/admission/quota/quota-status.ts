import type { ApiObject, ResourceRef } from "../../api/object.js";
import type { ApiService, ObjectLocation, UserInfo } from "../../api/service.js";
import { StatusError } from "../../api/status.js";
import { toJson } from "../resource-list.js";
import type { QuotaLedger } from "./quota-ledger.js";
import { quotaSpec } from "./quota-ledger.js";
import { countedResource } from "./quota-usage.js";

export const QUOTAS: ResourceRef = { group: "", version: "v1", resource: "resourcequotas" };

const CONTROLLER: UserInfo = {
  name: "system:serviceaccount:kube-system:resourcequota-controller",
  groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
};

/** Changes of one moment are answered by one write. */
const SETTLE_MS = 20;

/** Attempts against other writers of the same quota, each of which has seen the other's write. */
const ATTEMPTS = 10;

/** Writes `status.hard` and `status.used` of a quota where they are not what they should be. */
export async function writeQuotaStatus(
  api: ApiService,
  ledger: QuotaLedger,
  at: ObjectLocation,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const quota = api.find(QUOTAS, at);
    if (!quota) return;
    const status = { hard: quotaSpec(quota).hard ?? {}, used: toJson(ledger.used(quota)) };
    const known = (quota["status"] ?? {}) as Partial<typeof status>;
    if (sameAmounts(known.hard, status.hard) && sameAmounts(known.used, status.used)) return;
    try {
      await api.update({ ...QUOTAS, subresource: "status" }, { ...quota, status }, { user: CONTROLLER });
      return;
    } catch (error) {
      // Changed meanwhile: look again. Deleted meanwhile: the next look ends it.
      if (!(error instanceof StatusError && (error.code === 409 || error.code === 404))) throw error;
    }
  }
}

/** The place of a quota, for `writeQuotaStatus`. */
export function locationOf({ metadata }: ApiObject): ObjectLocation {
  return { namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}

/** Keeps the status of all quotas current while objects come, change and go. */
export class QuotaStatusKeeper {
  readonly #api: ApiService;
  readonly #ledger: QuotaLedger;
  readonly #followed = new Map<string, () => void>();
  readonly #pending = new Map<string, NodeJS.Timeout>();
  readonly #stop: () => void;

  constructor(api: ApiService, ledger: QuotaLedger) {
    this.#api = api;
    this.#ledger = ledger;
    this.#stop = api.watch(QUOTAS, ({ type, object }) => {
      if (type === "DELETED") return;
      for (const name of Object.keys(quotaSpec(object).hard ?? {})) this.#follow(name);
      this.schedule(object.metadata.namespace ?? "");
    });
  }

  /** Brings the quotas of `namespace` up to date in a moment; `after` says when the last reservation lapses. */
  schedule(namespace: string, after = SETTLE_MS): void {
    const key = `${namespace}/${after === SETTLE_MS}`;
    if (after === SETTLE_MS && this.#pending.has(key)) return;
    clearTimeout(this.#pending.get(key));
    const timer = setTimeout(() => {
      this.#pending.delete(key);
      for (const quota of this.#api.list(QUOTAS, { namespace })) {
        void writeQuotaStatus(this.#api, this.#ledger, locationOf(quota));
      }
    }, after);
    timer.unref();
    this.#pending.set(key, timer);
  }

  close(): void {
    this.#stop();
    for (const stop of this.#followed.values()) stop();
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#followed.clear();
    this.#pending.clear();
  }

  #follow(name: string): void {
    const resource = countedResource(name);
    const key = `${resource.group}/${resource.resource}`;
    if (this.#followed.has(key) || key === "/resourcequotas") return;
    try {
      const stop = this.#api.watch({ ...resource, version: "v1" }, ({ object }) =>
        this.schedule(object.metadata.namespace ?? ""),
      );
      this.#followed.set(key, stop);
    } catch (error) {
      // Counted but not served at this version: admission still counts it.
      if (!(error instanceof StatusError)) throw error;
    }
  }
}

function sameAmounts(known: Record<string, string> | undefined, wanted: Record<string, string>): boolean {
  const names = Object.keys(wanted);
  return (
    known !== undefined &&
    names.length === Object.keys(known).length &&
    names.every((name) => known[name] === wanted[name])
  );
}
