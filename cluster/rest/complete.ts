import type { AdmissionRequest } from "../admission/admission.js";
import type { ApiObject } from "../api/object.js";
import { invalid } from "../api/status.js";
import { crdDefaults, setSchemaDefaults } from "../schema/defaults.js";
import type { ResourceType } from "../registry/resource-type.js";
import { warningsOf } from "../kinds/warnings.js";
import { setGoForm } from "../schema/go-form.js";
import { pruneUnknown } from "../schema/prune.js";
import { validateAgainstSchema } from "../schema/validate.js";
import { FieldErrors } from "../validation/field-errors.js";
import { validateMetadata, validateMetadataUpdate } from "../validation/metadata.js";
import type { ApiCore } from "./api-core.js";
import { strategyFor } from "./api-core.js";
import { mutateByAdmission, validateByAdmission } from "./admit.js";

/** Takes a write from its decoded object to the final, admitted one: defaults, mutation, defaults again, validation. */
export async function completeWrite(
  core: ApiCore,
  type: ResourceType,
  write: Omit<Change, "old">,
): Promise<void> {
  await completeChange(core, type, write);
}

interface Change {
  object: ApiObject;
  old?: ApiObject;
  request: AdmissionRequest;
  /** What an object without a name is called once admission has changed what it will. */
  generatedName?: string;
}

/** The same for a change of `old`; admission may be shown another view of the object, such as Scale. */
export async function completeChange(
  core: ApiCore,
  type: ResourceType,
  { object, old: oldObject, request, generatedName }: Change,
): Promise<void> {
  applyDefaults(core, type, object, oldObject);
  await mutateByAdmission(core, request);
  if (generatedName !== undefined && !object.metadata.name) object.metadata.name = generatedName;
  applyDefaults(core, type, object, oldObject);
  await validateObject(core, type, { object, old: oldObject, subresource: request.resource.subresource });
  for (const text of warningsOf(type, object, oldObject)) request.warn(text);
  await validateByAdmission(core, request);
}

/** Fills in what the schema and the rules of the kind say of absent fields; custom resources are pruned first. */
export function applyDefaults(core: ApiCore, type: ResourceType, object: ApiObject, old?: ApiObject): void {
  if (type.schema !== undefined) {
    if (type.custom === undefined) {
      setSchemaDefaults(object, type.schema, core.resolve);
    } else {
      pruneUnknown(object, type.schema);
      crdDefaults(object, type.schema);
    }
  }
  strategyFor(type).setDefaults?.(object, old);
  if (type.custom === undefined) setGoForm(object, type);
}

/** Throws the 422 that lists every violation of the object, or of the change from `old`. */
export async function validateObject(
  core: ApiCore,
  type: ResourceType,
  {
    object,
    old,
    subresource,
  }: { object: ApiObject; old: ApiObject | undefined; subresource: string | undefined },
): Promise<void> {
  const errors = new FieldErrors();
  const strategy = strategyFor(type);
  validateMetadata(type, object.metadata, errors);
  if (old !== undefined) validateMetadataUpdate(object.metadata, old.metadata, errors);
  validateAgainstSchema(type, object, { errors, resolve: core.resolve, ...(old && { old }) });
  await strategy.validateContent?.(object, errors);
  strategy.validate?.(object, errors);
  if (old === undefined) strategy.validateCreate?.(object, errors);
  if (old !== undefined) strategy.validateUpdate?.(object, old, errors, subresource);
  if (errors.isEmpty) strategy.validateInCluster?.(object, errors, core.store);
  if (!errors.isEmpty) throw invalid(type, object.metadata.name ?? "", errors.list);
}
