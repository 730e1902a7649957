import type { JsonObject } from "../api/field-access.js";
import { recordAt, recordsAt, setDefault } from "../api/field-access.js";
import type { KindStrategy } from "./strategy.js";

const GROUP = "resource.k8s.io";

/** What asks for devices of nodes. No driver offers any here: what is asked for stays pending, as on a cluster without one. */
export const resourceClaimStrategies: Record<string, KindStrategy> = {
  [`${GROUP}/ResourceClaim`]: {
    prepareCreate: (object) => {
      object["status"] = {};
    },
    setDefaults: (object) => requestDefaults(recordAt(object, "spec.devices")),
  },
  [`${GROUP}/ResourceClaimTemplate`]: {
    setDefaults: (object) => requestDefaults(recordAt(object, "spec.spec.devices")),
  },
  [`${GROUP}/DeviceClass`]: { hasGeneration: true },
  [`${GROUP}/ResourceSlice`]: { hasGeneration: true },
};

function requestDefaults(devices: JsonObject | undefined): void {
  for (const request of recordsAt(devices, "requests")) {
    const exactly = recordAt(request, "exactly");
    for (const wish of [...(exactly ? [exactly] : []), ...recordsAt(request, "firstAvailable")]) {
      setDefault(wish, "allocationMode", "ExactCount");
      if (wish["allocationMode"] === "ExactCount") wish["count"] ||= 1;
      for (const toleration of recordsAt(wish, "tolerations")) setDefault(toleration, "operator", "Equal");
    }
  }
}
