import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import { INGRESS_ADDRESS } from "../node/network-ingress.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { IngressWarnings } from "./ingress-warnings.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Ingress } from "./object-kinds.js";
import { ingressClasses, ingresses, secrets, statusOf } from "./resource-refs.js";

/** Says of a class that its Ingresses are ours. */
const CONTROLLER = "lectern.dev/ingress";
/** By which an Ingress named its class before there was a field for it. */
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";
const CLASS_KEY = "class";
/** The class that most manifests name; it is what Ingresses without one get. */
const CLASS: ApiObject = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: {
    name: "nginx",
    annotations: { "ingressclass.kubernetes.io/is-default-class": "true" },
  },
  spec: { controller: CONTROLLER },
};

/** Whether the Ingress is of a class that is served here. */
export function isPlayedIngress(api: Pick<ApiService, "find">, ingress: Ingress): boolean {
  const name = classOf(ingress);
  if (name === undefined) return false;
  const found = api.find(ingressClasses, { name })?.["spec"] as { controller?: string } | undefined;
  return found?.controller === CONTROLLER;
}

/** Makes the class of Ingresses that are served in the networks of pods, gives these their address, and says what of them has no effect. */
export function createIngressController(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder("ingress-controller");
  const writes = writesOf("ingress-controller");
  const warnings = new IngressWarnings(api, recorder);

  async function makeClass(): Promise<void> {
    if (api.find(ingressClasses, { name: CLASS.metadata.name ?? "" }) === undefined)
      await api.create(ingressClasses, undefined, structuredClone(CLASS), writes);
  }

  /** The Ingresses that name the Secret. */
  function naming(secret: ApiObject): ApiObject[] {
    const own = api.list(ingresses, { namespace: namespaceOf(secret) }) as Ingress[];
    return own.filter(({ spec }) => spec.tls?.some(({ secretName }) => secretName === nameOf(secret)));
  }

  return {
    name: "ingresses",
    watch: (queue) => {
      queue.add(CLASS_KEY);
      return [
        api.watch(ingresses, ({ object }) => queue.add(keyOf(object))),
        api.watch(secrets, ({ object }) => naming(object).forEach((each) => queue.add(keyOf(each)))),
        api.watch(ingressClasses, () => api.list(ingresses).forEach((each) => queue.add(keyOf(each)))),
      ];
    },
    reconcile: async (key) => {
      if (key === CLASS_KEY) return makeClass();
      const ingress = api.find(ingresses, locationOfKey(key)) as Ingress | undefined;
      if (ingress === undefined || ingress.metadata.deletionTimestamp !== undefined) return;
      const known = ingress.status?.loadBalancer?.ingress ?? [];
      const isOurs = isPlayedIngress(api, ingress);
      if (isOurs) warnings.tellOfTls(ingress);
      else warnings.tellUnserved(ingress, classOf(ingress));
      const wanted = isOurs ? [{ ip: INGRESS_ADDRESS }] : known.filter(({ ip }) => ip !== INGRESS_ADDRESS);
      if (isSameJson(known, wanted)) return;
      const loadBalancer = wanted.length === 0 ? {} : { ingress: wanted };
      await api.update(
        statusOf(ingresses),
        { ...structuredClone(ingress), status: { loadBalancer } },
        writes,
      );
      if (!isOurs) return;
      const message = `Served at ${INGRESS_ADDRESS} in the network of the pods (by Lectern's stand-in)`;
      recorder.record(ingress, { type: "Normal", reason: "Sync", message });
      warnings.tellWithoutEffect(ingress);
    },
  };
}

function classOf({ metadata, spec }: Ingress): string | undefined {
  return spec.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION];
}
