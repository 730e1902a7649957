import type { IncomingMessage } from "node:http";
import type { ResourceRef } from "../api/object.js";
import type { UserInfo, WriteOptions } from "../api/service.js";
import { badRequest, invalid } from "../api/status.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { Schema } from "../schema/schema.js";
import type { ApiCore } from "../rest/api-core.js";
import { FieldErrors } from "../validation/field-errors.js";
import type { FieldValidation } from "../schema/decode-object.js";
import type { Form } from "./negotiate.js";
import type { RequestInfo } from "./request-info.js";
import type { Reply } from "./respond.js";
import type { Upgrade } from "./upgrade-request.js";

/** One authorised request for a resource. */
export interface Call {
  core: ApiCore;
  request: IncomingMessage;
  reply: Reply;
  info: RequestInfo;
  type: ResourceType;
  ref: ResourceRef;
  namespace: string | undefined;
  name: string;
  user: UserInfo;
  form: Form;
  /** Where the client asks to go on with another protocol. */
  upgrade: Upgrade | undefined;
  /** Aborted when the client goes or the server closes. */
  signal: AbortSignal;
  /** Throws 403 where the user may not do `verb` on what the URL names. */
  authorize: (verb: string) => void;
  /** Rejects with the 401 or 403 the request would get if it came now. */
  authorizeAgain: () => Promise<void>;
}

const MAX_MANAGER_BYTES = 128;

/** The options a write may have; a delete has no `fieldValidation`, and its own besides. */
export type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions" | "DeleteOptions";

/**
 * The options of a write from the query, and for a delete the `dryRun` of its body. Throws the 422 that lists whatever is wrong
 * with them, and first what `check` adds.
 */
export function writeOptions(
  { info, user, reply, request }: Call,
  kind: OptionsKind,
  check: (errors: FieldErrors) => void = () => undefined,
  dryRun: readonly string[] = info.query.getAll("dryRun"),
): WriteOptions {
  const { query } = info;
  const errors = new FieldErrors();
  check(errors);
  const fieldManager = query.get("fieldManager") || managerFromAgent(request.headers["user-agent"]);
  if (kind !== "DeleteOptions") checkManager(fieldManager, errors);
  const wanted = dryRun.filter((value) => value !== "");
  if (wanted.some((value) => value !== "All")) errors.unsupported("dryRun", wanted, ["All"]);
  const level = query.get("fieldValidation") ?? "";
  if (kind !== "DeleteOptions" && level !== "" && !isFieldValidation(level))
    errors.unsupported("fieldValidation", level, ["", ...FIELD_VALIDATIONS]);
  if (!errors.isEmpty) throw invalid({ group: "meta.k8s.io", kind }, "", errors.list);
  return { user, fieldManager, warn: reply.warn, dryRun: wanted.length > 0 };
}

function checkManager(manager: string, errors: FieldErrors): void {
  const field = "fieldManager";
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES)
    errors.tooLong(field, `may not be more than ${MAX_MANAGER_BYTES} bytes`);
  const found = UNPRINTABLE.exec(manager);
  if (found === null) return;
  const code = found[0].codePointAt(0) ?? 0;
  const shown = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const value = Array.from(manager, goCharacter).join("");
  const detail = `Invalid value: "${value}": invalid character ${shown} (at position ${Buffer.byteLength(manager.slice(0, found.index))})`;
  errors.list.push({ field, reason: "FieldValueInvalid", detail });
}

const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** As Go prints a character in quotes, as far as names of managers come to have them. */
function goCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, "0")}` : character;
}

const FIELD_VALIDATIONS = ["Ignore", "Strict", "Warn"] as const;

function isFieldValidation(value: string): value is FieldValidation {
  return (FIELD_VALIDATIONS as readonly string[]).includes(value);
}

/** What to do about unknown fields; `writeOptions` refuses what is none of the levels. */
export function fieldValidation({ info }: Call): FieldValidation {
  const value = info.query.get("fieldValidation") ?? "";
  return isFieldValidation(value) ? value : "Warn";
}

/** The kind a body has where the subresource's is not the resource's own. */
export function bodyKind({
  core,
  type,
  ref,
}: Call): { kind: string; version: string; schema: Schema | undefined } | undefined {
  const subresource = type.subresources.find(({ name }) => name === ref.subresource);
  if (subresource === undefined || subresource.kind.kind === type.kind) return undefined;
  const { group, version, kind } = subresource.kind;
  return { kind, version, schema: core.schemaOf(group, version, kind) };
}

/** The number in a query parameter; throws 400 for anything else. */
export function numberParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (!Number.isInteger(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return value;
}

/** `kubectl/v1.33.0 (linux/amd64) ...` writes as `kubectl`. */
/** The program's name in its agent. No request is refused for its agent: what cannot be printed or is too long is left out. */
export function managerFromAgent(agent = ""): string {
  // Node reads the bytes of a header one by one.
  const [name = ""] = Buffer.from(agent, "latin1").toString("utf8").split("/");
  let manager = "";
  for (const character of name) {
    if (UNPRINTABLE.test(character)) continue;
    if (Buffer.byteLength(manager + character) > MAX_MANAGER_BYTES) break;
    manager += character;
  }
  return manager || "unknown";
}

/** Options of a request that are not valid, as a real API server refuses them: 422. */
export function optionError(kind: string, name: string, add: (errors: FieldErrors) => void): Error {
  const errors = new FieldErrors();
  add(errors);
  return invalid({ group: "meta.k8s.io", kind }, name, errors.list);
}
