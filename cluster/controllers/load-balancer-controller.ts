import { textAt, valueAt } from "../api/field-access.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { keyOf, locationOfKey } from "./object-keys.js";
import { SIMULATED } from "./pod-status.js";
import { services, statusOf } from "./resource-refs.js";

/** A block reserved for documentation, since nothing can be reached there. */
const NETWORK = "203.0.113";
const LAST = 254;

/** Gives a LoadBalancer an address, and says that nothing balances any load there. */
export function createLoadBalancerController(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder("service-controller");
  const writes = writesOf("service-controller");
  return {
    name: "load-balancers",
    watch: (queue) => [api.watch(services, ({ object }) => queue.add(keyOf(object)))],
    reconcile: async (key) => {
      const service = api.find(services, locationOfKey(key));
      if (service === undefined || service.metadata.deletionTimestamp !== undefined) return;
      const isOurs =
        textAt(service, "spec.type") === "LoadBalancer" &&
        valueAt(service, "spec.loadBalancerClass") === undefined;
      const known = addressesOf(service);
      if (isOurs === known.length > 0) return;
      const ip = isOurs ? freeAddress(api.list(services).flatMap(addressesOf)) : undefined;
      const loadBalancer = ip === undefined ? {} : { ingress: [{ ip, ipMode: "VIP" }] };
      if (isOurs && ip === undefined) return;
      await api.update(statusOf(services), { ...structuredClone(service), status: { loadBalancer } }, writes);
      if (ip === undefined) return;
      const message = `Ensured load balancer (${SIMULATED}: nothing answers at ${ip})`;
      recorder.record(service, { type: "Normal", reason: "EnsuredLoadBalancer", message });
    },
  };
}

function addressesOf(service: object): string[] {
  const ingress = valueAt(service, "status.loadBalancer.ingress");
  return Array.isArray(ingress) ? ingress.map((each) => textAt(each, "ip")) : [];
}

/** The first that is free; none when all are taken, so that the service waits as it would without a provider. */
function freeAddress(taken: string[]): string | undefined {
  const used = new Set(taken);
  for (let number = 1; number <= LAST; number += 1) {
    const address = `${NETWORK}.${number}`;
    if (!used.has(address)) return address;
  }
  return undefined;
}
