import { readFile } from "node:fs/promises";

import { DEFAULT_EFFECT } from "../../../policy/common/default-effect.js";
import { TmcError } from "./tmc-error.js";

/** The part of a manifest `tmc` itself looks at; the server checks the rest. */
export interface LooseManifest {
  fullName: { name?: string; workspaceName?: string };
  spec?: unknown;
  [field: string]: unknown;
}

export interface CreateOptions {
  file?: string;
  recipe?: string;
  name?: string;
  description?: string;
  imageName?: string;
  tag?: string;
  notTag?: string;
  hostname?: string;
  port?: string;
  requireDigest?: boolean;
  effect?: string;
  audit?: boolean;
}

/** The manifest a `create` asks for: from a file, or made of flags. */
export async function manifestFrom(options: CreateOptions): Promise<LooseManifest> {
  if (options.file !== undefined) {
    const manifest = await readManifest(options.file);
    return options.name === undefined
      ? manifest
      : { ...manifest, fullName: { ...manifest.fullName, name: options.name } };
  }
  if (options.recipe === undefined)
    throw new TmcError("InvalidArgument: give a manifest with -f or a recipe with -r");
  if (options.name === undefined) throw new TmcError("InvalidArgument: give the policy a name with -n");
  const { name, description, recipe } = options;
  return {
    fullName: { name },
    ...(description !== undefined && { meta: { description } }),
    spec: { type: "image-policy", recipe, recipeVersion: "v1", input: inputFrom(recipe, options) },
  };
}

/** Reads a manifest in YAML or JSON; also one wrapped in `policy`, as the API answers it. */
export async function readManifest(file: string): Promise<LooseManifest> {
  const text = await readText(file);
  const { parse } = await import("yaml");
  const parsed = unwrap(parseText(() => parse(text) as unknown, file));
  if (!isObject(parsed))
    throw new TmcError(`InvalidArgument: ${file} holds no manifest: expected fullName and spec`);
  const { fullName } = parsed;
  return { ...parsed, fullName: isObject(fullName) ? fullName : {} };
}

function inputFrom(recipe: string, options: CreateOptions): object {
  const { imageName, tag, notTag, hostname, port, requireDigest, audit } = options;
  const effect = options.effect ?? (recipe === "custom" ? DEFAULT_EFFECT.fields : undefined);
  const rule = {
    ...(hostname !== undefined && { hostname }),
    ...(port !== undefined && { port }),
    ...(imageName !== undefined && { imageName }),
    ...(tag !== undefined && { tag: { value: tag } }),
    ...(notTag !== undefined && { tag: { value: notTag, negate: true } }),
    ...(requireDigest === true && { requireDigest }),
  };
  const hasRule = Object.keys(rule).length > 0;
  return {
    ...(audit === true && { audit }),
    ...(effect !== undefined && { effect }),
    ...(hasRule && { rules: [rule] }),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file === "-" ? "/dev/stdin" : file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TmcError(`InvalidArgument: the manifest cannot be read: ${reason}`);
  }
}

function parseText(parse: () => unknown, file: string): unknown {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TmcError(`InvalidArgument: ${file} is not YAML: ${reason}`);
  }
}

function unwrap(parsed: unknown): unknown {
  return isObject(parsed) && isObject(parsed["policy"]) ? parsed["policy"] : parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
