import { isDeepStrictEqual } from "node:util";
import { numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { NOTHING_PASSED_ON } from "../registry/api-services.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import {
  apiServices,
  customResourceDefinitions,
  endpointSlices,
  services,
  statusOf,
} from "./resource-refs.js";

const MANAGED = "kube-aggregator.kubernetes.io/automanaged";
const SERVICE_NAME = "kubernetes.io/service-name";
/** Behind all groups of Kubernetes' own. */
const CUSTOM_PRIORITIES = { groupPriorityMinimum: 1000, versionPriority: 100 };
const LOCAL = { status: "True", reason: "Local", message: "Local APIServices are always available" };

interface Availability {
  status: string;
  reason: string;
  message: string;
}

/** Keeps an APIService for each version of custom resources, and says of each whether it can be asked. */
export function createApiServiceController({ api, clock }: ControllerContext): Controller {
  const writes = writesAs("system:apiserver", "system:masters");
  const managed = (group: string): ApiObject[] =>
    api
      .list(apiServices)
      .filter((each) => each.metadata.labels?.[MANAGED] === "true" && textAt(each, "spec.group") === group);
  const behind = (namespace: string, name: string): ApiObject[] =>
    api.list(apiServices).filter((each) => {
      const service = recordAt(each, "spec.service");
      return textAt(service, "namespace") === namespace && textAt(service, "name") === name;
    });
  const customVersions = (group: string): string[] =>
    api
      .list(customResourceDefinitions)
      .filter((definition) => textAt(definition, "spec.group") === group)
      .flatMap((definition) => recordsAt(definition, "spec.versions"))
      .filter(({ served }) => served === true)
      .map((version) => textAt(version, "name"));
  return {
    name: "api-services",
    watch: (queue) => [
      api.watch(apiServices, ({ object }) => queue.add(keyOf(object))),
      api.watch(customResourceDefinitions, ({ object }) => {
        const group = textAt(object, "spec.group");
        for (const version of recordsAt(object, "spec.versions")) {
          queue.add(`/${textAt(version, "name")}.${group}`);
        }
        for (const each of managed(group)) queue.add(keyOf(each));
      }),
      api.watch(services, ({ object }) => {
        for (const each of behind(namespaceOf(object), nameOf(object))) queue.add(keyOf(each));
      }),
      api.watch(endpointSlices, ({ object }) => {
        const name = object.metadata.labels?.[SERVICE_NAME] ?? "";
        for (const each of behind(namespaceOf(object), name)) queue.add(keyOf(each));
      }),
    ],
    reconcile: async (key) => {
      const { name } = locationOfKey(key);
      const dot = name.indexOf(".");
      const [version, group] = [name.slice(0, dot), name.slice(dot + 1)];
      const isCustom = customVersions(group).includes(version);
      const found = api.find(apiServices, { name });
      if (found === undefined) {
        if (isCustom) await api.create(apiServices, undefined, customApi(group, version), writes);
        return;
      }
      if (found.metadata.labels?.[MANAGED] === "true" && !isCustom) {
        await api.delete(apiServices, { name }, writes);
        return;
      }
      const condition = { type: "Available", ...availabilityOf(api, found) };
      const { lastTransitionTime: _time, ...known } = recordsAt(found, "status.conditions")[0] ?? {};
      if (isDeepStrictEqual(known, condition)) return;
      const conditions = [{ ...condition, lastTransitionTime: timestampOf(clock.now()) }];
      await api.update(statusOf(apiServices), { ...found, status: { conditions } }, writes);
    },
  };
}

function customApi(group: string, version: string): ApiObject {
  return {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `${version}.${group}`, labels: { [MANAGED]: "true" } },
    spec: { group, version, ...CUSTOM_PRIORITIES },
  };
}

/** In the words of a real aggregator, until it would send its first request. */
function availabilityOf(api: ControllerContext["api"], apiService: ApiObject): Availability {
  const target = recordAt(apiService, "spec.service");
  if (target === undefined) return LOCAL;
  const [namespace, name] = [textAt(target, "namespace"), textAt(target, "name")];
  const port = numberAt(target, "port");
  const place = `service/${name} in ${JSON.stringify(namespace)}`;
  const service = api.find(services, { namespace, name });
  if (service === undefined) return unavailable("ServiceNotFound", `${place} is not present`);
  if (textAt(service, "spec.type") === "ClusterIP") {
    const served = recordsAt(service, "spec.ports").find((each) => each["port"] === port);
    if (served === undefined)
      return unavailable("ServicePortError", `${place} is not listening on port ${port}`);
    const slices = api
      .list(endpointSlices, { namespace })
      .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name);
    if (slices.length === 0)
      return unavailable("EndpointsNotFound", `cannot find endpointslices for ${place}`);
    const portName = textAt(served, "name");
    if (!slices.some((slice) => isReady(slice, portName))) {
      const why = `endpointslices for ${place} have no addresses with port name ${JSON.stringify(portName)}`;
      return unavailable("MissingEndpoints", why);
    }
  }
  return unavailable("FailedDiscoveryCheck", `${NOTHING_PASSED_ON}: ${place} is not asked`);
}

function unavailable(reason: string, message: string): Availability {
  return { status: "False", reason, message };
}

function isReady(slice: ApiObject, portName: string): boolean {
  const isAnswering = recordsAt(slice, "endpoints").some(
    (endpoint) => valueAt(endpoint, "conditions.ready") !== false,
  );
  return isAnswering && recordsAt(slice, "ports").some((port) => textAt(port, "name") === portName);
}
