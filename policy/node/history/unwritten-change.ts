import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import type { V1Namespace } from "@kubernetes/client-node";
import { z } from "zod";

import { pauseAfterConflict } from "../../../kubernetes/node/conflict-pause.js";
import { UNWRITTEN_LABEL } from "../../common/engine-names.js";
import { isConflict, isNotFound, orUndefined, toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import type { Labels } from "../namespace-labels.js";
import { recordNamespace, type RecordedNamespace } from "./record-namespace.js";

/** What is still to be written down of a namespace whose label says that something is. */
const UNWRITTEN_ANNOTATION = "policy.lectern.dev/unwritten-change";

/** Others change the namespace meanwhile; they do so once or twice. */
const MAX_ATTEMPTS = 8;

const text = z.string().min(1).max(253);

const stored = z.object({
  id: z.uuid(),
  organization: text,
  workspace: text,
  cluster: text,
  user: text,
  action: z.enum(["attached", "moved", "labelled", "detached"]),
  from: text.optional(),
});

type Unwritten = z.output<typeof stored>;

/**
 * The labels and annotations by which a namespace says itself that a change of it is to be written down: set with the change, so that none is ever without
 * the word of who made it, whatever becomes of whoever did.
 */
export function markedUnwritten(
  labels: Labels,
  { organization, workspace, cluster, user, action, from }: RecordedNamespace,
): { labels: Labels; annotations: Record<string, string> } {
  const id = randomUUID();
  const mark: Unwritten = {
    id,
    organization,
    workspace,
    cluster,
    user,
    action,
    ...(from !== undefined && { from }),
  };
  return {
    labels: { ...labels, [UNWRITTEN_LABEL]: "true" },
    annotations: { [UNWRITTEN_ANNOTATION]: JSON.stringify(mark) },
  };
}

/**
 * Writes down what a namespace says is to be, and takes that off it; resolves to the namespace as it is then. Whoever changed it does so before the change
 * is answered, whoever changes it next before that, and otherwise the controller. Throws what the cluster does.
 */
export async function writeDown(context: PolicyContext, namespace: V1Namespace): Promise<V1Namespace> {
  if (!isUnwritten(namespace)) return namespace;
  const mark = unwrittenOf(namespace);
  // A further cluster may be another organization's as well, which writes its own history.
  if (mark && context.place && context.place.organization !== mark.organization) return namespace;
  const { name = "" } = namespace.metadata ?? {};
  if (mark) await recordNamespace(context, { ...mark, namespace: name }, namespace);
  return takeOff(context, namespace);
}

/** The same of one that is known by its name; one that is gone has taken its change along. */
export async function writeDownNamed(context: PolicyContext, name: string): Promise<void> {
  const namespace = await orUndefined(context.client.core.readNamespace({ name }));
  if (namespace) await writeDown(context, namespace);
}

function isUnwritten({ metadata }: V1Namespace): boolean {
  return metadata?.labels?.[UNWRITTEN_LABEL] !== undefined;
}

async function takeOff({ client }: PolicyContext, written: V1Namespace): Promise<V1Namespace> {
  const mark = written.metadata?.annotations?.[UNWRITTEN_ANNOTATION];
  let now = written;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { name = "", resourceVersion, annotations = {} } = now.metadata ?? {};
    // Somebody else has taken it off, or another change is to be written down by then.
    if (annotations[UNWRITTEN_ANNOTATION] !== mark) return unlessOtherwise(written, now);
    const body = {
      metadata: {
        resourceVersion,
        labels: { [UNWRITTEN_LABEL]: null },
        annotations: { [UNWRITTEN_ANNOTATION]: null },
      },
    };
    try {
      const patched = await client.core.patchNamespace({ name, body }, client.mergePatch);
      client.seen.note("namespaces", patched.metadata?.resourceVersion);
      return unlessOtherwise(written, patched);
    } catch (error) {
      if (isNotFound(error)) return written;
      if (!isConflict(error)) throw toPolicyError(error);
    }
    await pauseAfterConflict(attempt);
    const found = await orUndefined(client.core.readNamespace({ name }));
    if (!found) return written;
    now = found;
  }
  // It says so still, and whoever comes next finds that it is written down.
  return written;
}

/** The namespace as it is now; where more of it was changed than that, as it was seen: whoever goes on from there is to be told so. */
function unlessOtherwise(seen: V1Namespace, now: V1Namespace): V1Namespace {
  return isDeepStrictEqual(withoutMark(seen), withoutMark(now)) ? now : seen;
}

function withoutMark({
  metadata: { uid, labels = {}, annotations = {}, deletionTimestamp } = {},
}: V1Namespace) {
  const { [UNWRITTEN_LABEL]: _label, ...otherLabels } = labels;
  const { [UNWRITTEN_ANNOTATION]: _mark, ...otherAnnotations } = annotations;
  return { uid, deletionTimestamp, otherLabels, otherAnnotations };
}

function unwrittenOf({ metadata }: V1Namespace): Unwritten | undefined {
  try {
    return stored.safeParse(JSON.parse(metadata?.annotations?.[UNWRITTEN_ANNOTATION] ?? "")).data;
  } catch {
    return undefined;
  }
}
