import type { CollectionListener, WatchedObject } from "../../../kubernetes/node/collection-watch.js";
import type { Logger } from "../logger.js";
import type { PolicyContext } from "../context.js";
import { Settling } from "../settling.js";
import { createWorkQueue } from "../work-queue.js";
import { auditIntoReport } from "./audit-namespace.js";
import { AuditedCluster } from "./audited-cluster.js";
import { AUDITED_KINDS, type AuditedKind, type AuditedObject, auditedObject } from "./audited-kinds.js";

/** A rollout changes a dozen objects one after another; they are judged together. */
const PATIENCE = { quietMs: 200, atMostMs: 1000 };

/** What the controller tells the audit, and the watches it has to keep for it. */
export interface Audit {
  watches: { path: string; listener: CollectionListener<WatchedObject> }[];
  /** A namespace is managed, or its labels changed. */
  manage(namespace: string): void;
  /** A namespace is managed no longer, or gone. */
  release(namespace: string): void;
  /** Other policies hold in a namespace. */
  judgeAnew(namespace: string): void;
}

/** Keeps a report of everything that runs against the policies in each managed namespace, by watches of what holds images. */
export function startAudit(
  context: PolicyContext,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Audit {
  const cluster = new AuditedCluster();
  const queue = createWorkQueue({ logger, signal });
  const managed = new Set<string>();
  const settling = new Settling(PATIENCE);
  /** Until everything was listed once, what is missing is not yet known from what is gone. */
  const unlisted = new Set<AuditedKind>(AUDITED_KINDS);

  const queueAudit = (namespace: string): void => {
    const audit = () => auditIntoReport(context, namespace, () => cluster.imagesIn(namespace));
    queue.add(`audit/${namespace}`, audit);
  };
  const judge = (namespace: string): void => {
    if (unlisted.size > 0 || !managed.has(namespace)) return;
    settling.soon(namespace, () => queueAudit(namespace));
  };
  const take = (type: "ADDED" | "MODIFIED" | "DELETED", object: AuditedObject): void => {
    if (type === "DELETED") cluster.remove(object);
    else if (!cluster.put(object)) return;
    judge(object.metadata.namespace);
  };
  const listed = (kind: AuditedKind): void => {
    if (!unlisted.delete(kind) || unlisted.size > 0) return;
    for (const namespace of managed) judge(namespace);
  };
  return {
    watches: AUDITED_KINDS.map((kind) => ({
      path: kind.path,
      listener: {
        keep: (item) => auditedObject(kind, item),
        onItem: (type, item) => take(type, item as AuditedObject),
        onChange: () => listed(kind),
      },
    })),
    manage: (namespace) => {
      managed.add(namespace);
      judge(namespace);
    },
    release: (namespace) => {
      managed.delete(namespace);
      queueAudit(namespace);
    },
    judgeAnew: judge,
  };
}
