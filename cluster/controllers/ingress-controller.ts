import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import { INGRESS_ADDRESS, REWRITE, rewriteOf } from "../node/network-ingress.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey } from "./object-keys.js";
import type { Ingress } from "./object-kinds.js";
import { ingressClasses, ingresses, statusOf } from "./resource-refs.js";

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
/** What ingress-nginx has annotations for, and this does not do. */
const ANNOTATIONS = "nginx.ingress.kubernetes.io/";
/** Those without which requests are answered in the same way where there is no TLS. */
const WITHOUT_EFFECT = new Set(["ssl-redirect", "force-ssl-redirect"].map((name) => ANNOTATIONS + name));

/** Whether the Ingress is of a class that is served here. */
export function isPlayedIngress(api: Pick<ApiService, "find">, { metadata, spec }: Ingress): boolean {
  const name = spec.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION];
  if (name === undefined) return false;
  const found = api.find(ingressClasses, { name })?.["spec"] as { controller?: string } | undefined;
  return found?.controller === CONTROLLER;
}

/** Makes the class of Ingresses that are served in the networks of pods, gives these their address, and says what of them has no effect. */
export function createIngressController(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder("ingress-controller");
  const writes = writesOf("ingress-controller");

  async function makeClass(): Promise<void> {
    if (api.find(ingressClasses, { name: CLASS.metadata.name ?? "" }) === undefined)
      await api.create(ingressClasses, undefined, structuredClone(CLASS), writes);
  }

  return {
    name: "ingresses",
    watch: (queue) => {
      queue.add(CLASS_KEY);
      return [
        api.watch(ingresses, ({ object }) => queue.add(keyOf(object))),
        api.watch(ingressClasses, () => api.list(ingresses).forEach((each) => queue.add(keyOf(each)))),
      ];
    },
    reconcile: async (key) => {
      if (key === CLASS_KEY) return makeClass();
      const ingress = api.find(ingresses, locationOfKey(key)) as Ingress | undefined;
      if (ingress === undefined || ingress.metadata.deletionTimestamp !== undefined) return;
      const known = ingress.status?.loadBalancer?.ingress ?? [];
      const isOurs = isPlayedIngress(api, ingress);
      const wanted = isOurs ? [{ ip: INGRESS_ADDRESS }] : known.filter(({ ip }) => ip !== INGRESS_ADDRESS);
      if (isSameJson(known, wanted)) return;
      const loadBalancer = wanted.length === 0 ? {} : { ingress: wanted };
      await api.update(
        statusOf(ingresses),
        { ...structuredClone(ingress), status: { loadBalancer } },
        writes,
      );
      if (!isOurs) return;
      const message = `Served at ${INGRESS_ADDRESS} in the network of the pods, without TLS (by Lectern's stand-in)`;
      recorder.record(ingress, { type: "Normal", reason: "Sync", message });
      const lost = withoutEffect(ingress);
      if (lost.length > 0)
        recorder.record(ingress, {
          type: "Warning",
          reason: "NotHonoured",
          message: `Lectern's stand-in does nothing for ${lost.join(", ")}`,
        });
    },
  };
}

function withoutEffect(ingress: Ingress): string[] {
  const { metadata, spec } = ingress;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) =>
      name.startsWith(ANNOTATIONS) &&
      !WITHOUT_EFFECT.has(name) &&
      !(name === REWRITE && rewriteOf(ingress) !== undefined),
  );
  const tls = (spec as { tls?: unknown[] }).tls ?? [];
  return [...annotations.map(([name]) => `the annotation ${name}`), ...(tls.length > 0 ? ["spec.tls"] : [])];
}
