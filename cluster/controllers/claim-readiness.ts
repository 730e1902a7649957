import { recordsAt, textAt } from "../api/field-access.js";
import type { ApiService } from "../api/service.js";
import { namespaceOf } from "./object-keys.js";
import type { PersistentVolumeClaim, Pod } from "./object-kinds.js";
import { persistentVolumeClaims } from "./resource-refs.js";
import { bindsAtFirstUse } from "./volume-matching.js";

/** Names of the claims the pod mounts. */
export function claimNamesOf(pod: Pod): string[] {
  return recordsAt(pod.spec, "volumes")
    .map((volume) => textAt(volume, "persistentVolumeClaim.claimName"))
    .filter((name) => name !== "");
}

/** Why the claims of a pod keep it off every node, in the scheduler's words; `undefined` when they do not. */
export function claimProblem(api: ApiService, pod: Pod): string | undefined {
  for (const name of claimNamesOf(pod)) {
    const claim = findClaim(api, pod, name);
    if (claim === undefined) return `persistentvolumeclaim "${name}" not found. not found`;
    const { deletionTimestamp } = claim.metadata;
    if (deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted. not found`;
    if (claim.status?.phase === "Lost") {
      const volume = claim.spec.volumeName ?? "";
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${volume}". not found`;
    }
    if (claim.status?.phase !== "Bound" && !bindsAtFirstUse(api, claim)) {
      return "pod has unbound immediate PersistentVolumeClaims. not found";
    }
  }
  return undefined;
}

/** Whether a claim of the pod, which itself is what the claim waited for, is still to be bound. */
export function isWaitingForVolumes(api: ApiService, pod: Pod): boolean {
  return claimNamesOf(pod).some((name) => {
    const claim = findClaim(api, pod, name);
    return claim !== undefined && claim.status?.phase !== "Bound" && bindsAtFirstUse(api, claim);
  });
}

function findClaim(api: ApiService, pod: Pod, name: string): PersistentVolumeClaim | undefined {
  const at = { namespace: namespaceOf(pod), name };
  return api.find(persistentVolumeClaims, at) as PersistentVolumeClaim | undefined;
}
