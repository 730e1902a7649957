import { readFile } from "node:fs/promises";

import { readStandardInput } from "../standard-input.js";
import { TmcError } from "./tmc-error.js";

/** The part of a manifest `tmc` itself looks at; the server checks the rest. */
export interface LooseManifest {
  fullName: { name?: string; workspaceName?: string; clusterName?: string };
  spec?: Record<string, unknown>;
  [field: string]: unknown;
}

/** Reads a manifest in YAML or JSON; also one wrapped in its kind (`policy`, `workspace`, `namespace`), as the API answers it. */
export async function readManifest(
  file: string,
  kind: "policy" | "workspace" | "namespace",
): Promise<LooseManifest> {
  const text = await readTextFile(file, "manifest");
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, { merge: true });
  if (documents.length > 1)
    throw new TmcError(`InvalidArgument: ${file} holds several documents; give each a command of its own`);
  const problem = "empty" in documents ? undefined : documents[0]?.errors[0];
  if (problem) throw new TmcError(`InvalidArgument: ${file} is not YAML: ${problem.message}`);
  const parsed = unwrap("empty" in documents ? undefined : documents[0]?.toJS(), kind);
  if (!isObject(parsed))
    throw new TmcError(`InvalidArgument: ${file} holds no manifest: expected fullName and spec`);
  const { fullName, spec } = parsed;
  return {
    ...parsed,
    fullName: isObject(fullName) ? fullName : {},
    ...(isObject(spec) && { spec }),
  };
}

/** Reads a file, or standard input for `-`. Throws `TmcError` that says what it ought to be. */
export async function readTextFile(file: string, what: string): Promise<string> {
  try {
    return await (file === "-" ? readStandardInput() : readFile(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TmcError(`InvalidArgument: the ${what} cannot be read: ${reason}`);
  }
}

function unwrap(parsed: unknown, kind: string): unknown {
  return isObject(parsed) && isObject(parsed[kind]) ? parsed[kind] : parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
