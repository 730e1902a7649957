import type { ApiObject } from "../api/object.js";
import type { ListOptions } from "../api/service.js";
import { gone } from "../api/status.js";
import { apiVersionOf } from "../registry/resource-type.js";
import { getObject } from "../rest/api-service.js";
import { readPage } from "../rest/read.js";
import type { Page } from "../rest/read.js";
import { objectText } from "../store/object-text.js";
import { scaleTable } from "../table/scale-table.js";
import { inTableOrder, tableOf, tableRows } from "../table/table.js";
import type { Call } from "./call.js";
import { encodeContinue, LATEST } from "./continue-token.js";
import { listQuery, revisionParameter } from "./list-query.js";
import type { ListQuery } from "./list-query.js";
import { partialKind, textInForm } from "./object-form.js";

/** As a real API server puts it. */
const TOKEN_EXPIRED =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

export async function handleGet(call: Call): Promise<void> {
  const at = locationOf(call);
  // What is newest is as new as any that could be asked for.
  revisionParameter(call.info.query);
  // What is not on disk yet may still be taken back.
  const object = getObject(call.core, call.ref, at, call.core.store.committedRevision);
  await sendObject(call, 200, object);
}

/** Sends one object in the form the client asked for. */
export async function sendObject(call: Call, code: number, object: ApiObject): Promise<void> {
  if (object.kind === "Scale" && call.form.as === "table")
    return call.reply.json(code, scaleTable(object, call.form.version, call.core.now()));
  if (object.kind !== call.type.kind)
    return call.reply.text(code, `${objectText(object)}\n`, "application/json");
  if (call.form.as !== "table") {
    return call.reply.text(code, `${textInForm(call.form, object)}\n`, "application/json");
  }
  await call.reply.json(code, tableOf(call, [object]));
}

export async function handleList(call: Call): Promise<void> {
  const { core, info, type } = call;
  const query = listQuery(info.query, core.store.committedRevision);
  const page = readPage(core, type, { ...listOptions(call), ...query, after: query.token?.after });
  if (page === undefined) throw expired(query);
  await sendList(call, page, query.revision);
}

/** Sends a page of a list, as it was at the revision, in the form the client asked for. */
export async function sendList(call: Call, page: Page, revision: number): Promise<void> {
  await call.reply.pieces(200, listText(call, page, revision), "application/json");
}

/** What a list or watch covers, from its URL. */
export function listOptions({ info, namespace }: Call): ListOptions {
  const labelSelector = info.query.get("labelSelector");
  const fieldSelector = info.query.get("fieldSelector");
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
  };
}

export function locationOf({ namespace, name, type }: Call): { namespace?: string; name: string } {
  return type.namespaced && namespace !== undefined ? { namespace, name } : { name };
}

function expired({ token }: ListQuery): Error {
  if (token === undefined) return gone("The resourceVersion for the provided list is too old.");
  return gone(TOKEN_EXPIRED, encodeContinue({ ...token, revision: LATEST }));
}

/** A list piece by piece, so that one of many large objects is never a text as a whole. */
function* listText(call: Call, page: Page, revision: number): Generator<string> {
  const { type } = call;
  const metadata = {
    resourceVersion: String(revision),
    ...(page.next && { continue: encodeContinue({ revision, after: page.next }) }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  if (call.form.as === "table") {
    const { rows: _rows, ...table } = tableOf(call, []);
    const rowOf = tableRows(call);
    yield* withList({ ...table, metadata }, "rows", inTableOrder(type, page.items), (object) =>
      JSON.stringify(rowOf(object)),
    );
  } else {
    const { form } = call;
    const kind =
      form.as === "metadata"
        ? partialKind(form.version, "List")
        : { kind: `${type.kind}List`, apiVersion: apiVersionOf(type) };
    yield* withList({ ...kind, metadata }, "items", page.items, (object) => textInForm(form, object));
  }
}

function* withList(
  head: object,
  field: string,
  objects: ApiObject[],
  textOf: (object: ApiObject) => string,
): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"${field}":[`;
  let comma = "";
  for (const object of objects) {
    yield comma + textOf(object);
    comma = ",";
  }
  yield "]}\n";
}
