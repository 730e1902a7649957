import type { ApiObject, ResourceRef } from "../../api/object.js";
import type { ApiService, ObjectLocation, UserInfo } from "../../api/service.js";
import { StatusError } from "../../api/status.js";
import { systemClock } from "../../controllers/clock.js";
import { WorkQueue } from "../../controllers/work-queue.js";
import type { Failures } from "../../failures.js";
import { toJson } from "../resource-list.js";
import type { QuotaLedger } from "./quota-ledger.js";
import { quotaSpec, RESERVATION_MS } from "./quota-ledger.js";
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
  readonly #failures: Failures;
  /** Namespaces whose quotas are to be looked at, the ones with something reserved apart. */
  readonly #queue: WorkQueue;
  readonly #reserved: WorkQueue;
  readonly #stop: () => void;

  constructor(api: ApiService, ledger: QuotaLedger, failures: Failures) {
    this.#api = api;
    this.#ledger = ledger;
    this.#failures = failures;
    const options = {
      clock: systemClock,
      work: (namespace: string) => this.#writeAll(namespace),
      onFailure: (_key: string, error: unknown) => failures.report("writing the status of quotas", error),
    };
    this.#queue = new WorkQueue(options);
    this.#reserved = new WorkQueue(options);
    this.#stop = api.watch(QUOTAS, ({ type, object }) => {
      if (type === "DELETED") return;
      for (const name of Object.keys(quotaSpec(object).hard ?? {})) this.#follow(name);
      this.schedule(object.metadata.namespace ?? "");
    });
  }

  /** Brings the quotas of `namespace` up to date in a moment. */
  schedule(namespace: string): void {
    this.#queue.addAfter(namespace, SETTLE_MS);
  }

  /** Looks again when a reservation made now has lapsed. */
  scheduleAfterReservation(namespace: string): void {
    this.#reserved.addAfter(namespace, 2 * RESERVATION_MS);
  }

  close(): void {
    this.#stop();
    for (const stop of this.#followed.values()) stop();
    this.#followed.clear();
    for (const queue of [this.#queue, this.#reserved])
      this.#failures.follow("writing the status of quotas", queue.stop());
  }

  async #writeAll(namespace: string): Promise<void> {
    for (const quota of this.#api.list(QUOTAS, { namespace }))
      await writeQuotaStatus(this.#api, this.#ledger, locationOf(quota));
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
