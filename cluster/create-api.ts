import type { ApiService } from "./api/service.js";
import { Failures } from "./failures.js";
import { serveCustomResources } from "./crd/custom-resources.js";
import { followApiServices } from "./registry/api-services.js";
import { addBuiltInTypes } from "./registry/built-in-types.js";
import { ResourceRegistry } from "./registry/resource-registry.js";
import type { ApiCore } from "./rest/api-core.js";
import { createApiService } from "./rest/api-service.js";
import { loadBuiltInSchemas } from "./schema/built-in-schemas.js";
import { ObjectStore } from "./store/object-store.js";
import type { Journal } from "./store/journal.js";

export interface CreateApiOptions {
  /** Without one, nothing outlives the process; for tests. */
  journal?: Journal;
  /** Most bytes that all objects may have; without a bound where absent. */
  quotaBytes?: number | undefined;
  now?: () => Date;
  failures?: Failures;
}

/** The machinery of the API without a network: everything a test of controllers or admission needs. */
export function createApi(options: CreateApiOptions = {}): { core: ApiCore; api: ApiService } {
  const { journal, quotaBytes, now = () => new Date(), failures = new Failures() } = options;
  const schemas = loadBuiltInSchemas();
  const registry = new ResourceRegistry();
  addBuiltInTypes(registry, schemas.byKind);
  const core: ApiCore = {
    store: new ObjectStore({ journal, failures, quotaBytes }),
    registry,
    schemas,
    resolve: schemas.resolve,
    schemaOf: (group, version, kind) =>
      schemas.byKind.get(`${group === "" ? version : `${group}/${version}`}/${kind}`),
    admission: [],
    failures,
    now,
  };
  const api = createApiService(core);
  serveCustomResources(core, api);
  followApiServices(core);
  return { core, api };
}
