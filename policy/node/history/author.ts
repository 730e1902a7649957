import type { V1ObjectMeta } from "@kubernetes/client-node";

import { toSecond } from "../../common/exception.js";
import type { HierarchyObject } from "../records.js";

/** Says in an object itself who changed it last, so that no change is ever without the word of who made it. */
const CHANGED_ANNOTATION = "policy.lectern.dev/changed";

interface Mark {
  user: string;
  /** Which the object has by this change; another one was made by somebody else. */
  generation: number;
  /** The number of the change among those of the same thing; where it is not known, the changes that are kept say it. */
  revision?: number;
  isDeletion?: boolean;
  /** When; what servers of before have signed says none. */
  time?: string;
}

/** The object with the name of who is about to store it. `current` is what it takes the place of; `revision` the number of the change, where it is known. */
export function signed<Spec>(
  object: HierarchyObject<Spec>,
  user: string,
  { current, revision }: { current?: HierarchyObject<unknown>; revision?: number } = {},
): HierarchyObject<Spec> {
  const generation = (current?.metadata.generation ?? 0) + 1;
  const time = toSecond(new Date());
  return withMark(object, { user, generation, time, ...(revision !== undefined && { revision }) });
}

/** When somebody has last changed the object by Lectern; empty where it does not say so. */
export function timeOfChange({ annotations = {} }: V1ObjectMeta): string {
  const time = readMark(annotations[CHANGED_ANNOTATION])?.time;
  return typeof time === "string" && !Number.isNaN(Date.parse(time)) ? time : "";
}

/** The number of the change that made the object what it is; `undefined` where it does not say so, or somebody in the cluster itself changed it. */
export function revisionOf(object: HierarchyObject<unknown>): number | undefined {
  const { annotations = {}, generation = 0 } = object.metadata;
  const mark = readMark(annotations[CHANGED_ANNOTATION]);
  return mark?.generation === generation ? mark.revision : undefined;
}

/** The object with the name of who is about to delete it. */
export function signedForDeletion<Spec>(object: HierarchyObject<Spec>, user: string): HierarchyObject<Spec> {
  return withMark(object, { user, generation: object.metadata.generation ?? 0, isDeletion: true });
}

/** Who made the object what it is, or deleted it; `undefined` where that was somebody in the cluster itself. */
export function authorOf(object: HierarchyObject<unknown>, isDeleted: boolean): string | undefined {
  const { annotations = {}, generation = 0 } = object.metadata;
  const mark = readMark(annotations[CHANGED_ANNOTATION]);
  if (!mark) return undefined;
  return isDeleted === (mark.isDeletion === true) && mark.generation === generation ? mark.user : undefined;
}

function withMark<Spec>(object: HierarchyObject<Spec>, mark: Mark): HierarchyObject<Spec> {
  const annotations = { ...object.metadata.annotations, [CHANGED_ANNOTATION]: JSON.stringify(mark) };
  return { ...object, metadata: Object.assign({}, object.metadata, { annotations }) };
}

function readMark(text: string | undefined): Mark | undefined {
  if (text === undefined) return undefined;
  try {
    const mark = JSON.parse(text) as Partial<Mark> | null;
    const { revision = 1 } = mark ?? {};
    const isMark =
      typeof mark?.user === "string" && typeof mark.generation === "number" && Number.isSafeInteger(revision);
    return isMark ? (mark as Mark) : undefined;
  } catch {
    return undefined;
  }
}
