import { pauseAfterConflict } from "../../../kubernetes/node/conflict-pause.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import type { HierarchyObject, MemberSpec } from "../records.js";
import { recordStored } from "../stored-change.js";
import { signedForDeletion } from "./author.js";
import { type KeptPlural, recordChange } from "./record-change.js";

/** Writers of the status come between; they do so once or twice. */
const MAX_ATTEMPTS = 8;

/** Deletes an object that says who does, and writes that down. Resolves to false where there was nothing to delete. Throws POLICY_CONFLICT. */
export async function removeSigned(
  context: PolicyContext,
  plural: KeptPlural,
  { name, user }: { name: string; user: string },
): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await context.store.get<MemberSpec>(plural, name);
    if (!found) return false;
    const marked: HierarchyObject | undefined = await context.store.replace(
      plural,
      signedForDeletion(found, user),
    );
    if (!marked) {
      await pauseAfterConflict(attempt);
      continue;
    }
    const wasThere = await context.store.remove(plural, name);
    const record = () => recordChange(context, plural, marked, { isDeleted: true });
    if (wasThere) await recordStored(context, `${name} is deleted`, record);
    return wasThere;
  }
  const message = `${name} was changed by others ${String(MAX_ATTEMPTS)} times while it was being deleted; try again`;
  throw new PolicyError(POLICY_ERROR.conflict, message);
}
