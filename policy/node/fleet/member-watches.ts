import type { WatchedObject } from "../../../kubernetes/node/collection-watch.js";
import {
  ENGINE_NAMES,
  MANAGED_LABEL,
  ORGANIZATION_LABEL,
  PARAMETERS_LABEL,
} from "../../common/engine-names.js";
import type { Audit } from "../audit/start-audit.js";
import type { Watch } from "../keep-watching.js";

/** Watches of the attached namespaces of an organization, and of their parameters, which are put right wherever they change. */
export function namespaceWatches(
  organization: string,
  {
    repair,
    audit,
    counted,
  }: { repair: (namespace: string) => void; audit: Audit; counted: (namespaces: number) => void },
): Watch[] {
  const managed = new Set<string>();
  const selector = `${MANAGED_LABEL}=true,${ORGANIZATION_LABEL}=${organization}`;
  return [
    {
      path: `/api/v1/namespaces?labelSelector=${encodeURIComponent(selector)}`,
      listener: {
        onChange: (items) => counted(items.size),
        onItem: (type, { metadata: { name = "" } = {} }) => {
          if (type === "DELETED") {
            managed.delete(name);
            audit.release(name);
            return;
          }
          managed.add(name);
          repair(name);
          audit.manage(name);
        },
      },
    },
    {
      path: `/api/v1/configmaps?labelSelector=${encodeURIComponent(PARAMETERS_LABEL)}`,
      listener: {
        onItem: (type, { metadata: { namespace = "" } = {} }) => {
          // Where the operator's cluster is shared, the others are another organization's.
          if (!managed.has(namespace)) return;
          if (type !== "ADDED") repair(namespace);
          audit.judgeAnew(namespace);
        },
      },
    },
  ];
}

const NAMES = new Set<string>(Object.values(ENGINE_NAMES));

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";

/** Watches of what refuses pods: `seen` is told the generation of each object, and nothing where it was deleted. */
export function engineWatches(seen: (name: string, generation: number | undefined) => void): Watch[] {
  return ["validatingadmissionpolicies", "validatingadmissionpolicybindings"].map((plural) => ({
    path: `${REGISTRATION}/${plural}`,
    listener: {
      keep: nameAndGeneration,
      onItem: (type, item) => {
        const { name = "", generation = 1 } = (item as Versioned).metadata;
        if (!NAMES.has(name)) return;
        seen(`${plural}/${name}`, type === "DELETED" ? undefined : generation);
      },
    },
  }));
}

interface Versioned extends WatchedObject {
  metadata: { name?: string; resourceVersion?: string; generation?: number };
}

/** Expressions of policies are long, and nobody here reads them. */
function nameAndGeneration({ metadata = {} }: WatchedObject): WatchedObject {
  const { name, resourceVersion, generation } = metadata as Versioned["metadata"];
  return { metadata: { name, resourceVersion, generation } } as Versioned;
}
