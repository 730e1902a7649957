import type { ApiService } from "../api/service.js";
import { namespaceOf } from "../controllers/object-keys.js";
import type { Pod } from "../controllers/object-kinds.js";
import { namespaces } from "../controllers/resource-refs.js";

/** Annotation of a namespace: images that its pods have besides those that everybody has, in words of the runtime. */
const OWN_IMAGES = "lectern.dev/images";

/** What the pod's namespace says of images of its own. */
export function ownImagesOf(api: Pick<ApiService, "find">, pod: Pod): string | undefined {
  return api.find(namespaces, { name: namespaceOf(pod) })?.metadata.annotations?.[OWN_IMAGES];
}
