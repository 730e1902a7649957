import type { V1Pod, V1PodSpec } from "@kubernetes/client-node";

import type { NamedImage } from "../common/audit.js";

/** Everything in a pod that names an image. */
export function podImages({ spec }: Pick<V1Pod, "spec">): NamedImage[] {
  if (!spec) return [];
  return [
    ...named(spec.containers, "container"),
    ...named(spec.initContainers, "initContainer"),
    ...named(spec.ephemeralContainers, "ephemeralContainer"),
    ...volumes(spec),
  ];
}

function named(
  containers: { name: string; image?: string }[] | undefined,
  kind: NamedImage["kind"],
): NamedImage[] {
  return (containers ?? []).map(({ name, image }) => ({ container: name, kind, image: image ?? "" }));
}

function volumes({ volumes: all }: V1PodSpec): NamedImage[] {
  return (all ?? []).flatMap(({ name, image }) =>
    image?.reference === undefined
      ? []
      : [{ container: name, kind: "volume" as const, image: image.reference }],
  );
}
