import { UNWRITTEN_LABEL } from "../../common/engine-names.js";
import type { PolicyContext } from "../context.js";
import type { Watch } from "../keep-watching.js";
import type { WorkQueue } from "../work-queue.js";
import { writeDownNamed } from "./unwritten-change.js";

/** Whoever changes a namespace writes that down at once; this is for those who did not live to do so, or could not. */
const SETTLE_MS = 500;

/** Writes down the changes of namespaces that are not in the history yet, of the cluster of `context`. */
export function unwrittenWatch(context: PolicyContext, queue: WorkQueue): Watch {
  return {
    path: `/api/v1/namespaces?labelSelector=${encodeURIComponent(UNWRITTEN_LABEL)}`,
    listener: {
      onItem: (type, { metadata: { name = "" } = {} }) => {
        if (type !== "DELETED")
          queue.add(`unwritten/${name}`, () => writeDownNamed(context, name), SETTLE_MS);
      },
    },
  };
}
