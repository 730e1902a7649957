import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Schema } from "../schema/schema.js";

/** What the declarations of one model say, in prose. */
interface ModelProse {
  description: string | undefined;
  fields: Map<string, string>;
}

const CLASS = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare class/;
const FIELD = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'([^']+)'\??:/g;

/**
 * The schemas with the prose of their fields. It comes from the type declarations of @kubernetes/client-node, read
 * when somebody first asks to have something explained; models it does not have stay without.
 */
export async function describeSchemas(schemas: Record<string, Schema>): Promise<Record<string, Schema>> {
  const folder = modelsFolder();
  const entries = Object.entries(schemas).map(async ([name, schema]): Promise<[string, Schema]> => {
    const prose = folder === undefined ? undefined : await readProse(folder, name);
    return [name, prose === undefined ? schema : described(schema, prose)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function modelsFolder(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve("@kubernetes/client-node");
    return join(dirname(entry), "gen", "models");
  } catch {
    // The cluster works without the prose; `kubectl explain` then shows the structure alone.
    return undefined;
  }
}

async function readProse(folder: string, schemaName: string): Promise<ModelProse | undefined> {
  for (const model of modelNames(schemaName)) {
    try {
      return parseProse(await readFile(join(folder, `${model}.d.ts`), "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}

/** `io.k8s.api.core.v1.Event` is `CoreV1Event`, but most models leave the group out: `V1Pod`. */
function modelNames(schemaName: string): string[] {
  const [kind = "", version = "", group = ""] = schemaName.split(".").toReversed();
  const plain = `${capitalized(version)}${kind}`;
  return [`${capitalized(group)}${plain}`, plain];
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function parseProse(declarations: string): ModelProse {
  const description = CLASS.exec(declarations)?.[1];
  const fields = new Map<string, string>();
  for (const [, comment = "", name = ""] of declarations.matchAll(FIELD)) {
    fields.set(name.replace(/^_/, ""), cleaned(comment));
  }
  return { description: description && cleaned(description), fields };
}

function cleaned(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*\s?/, "").trim())
    .filter((line) => line !== "")
    .join(" ")
    .replaceAll(/\\(["'])/g, "$1");
}

function described(schema: Schema, { description, fields }: ModelProse): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]): [string, Schema] => {
    const prose = fields.get(name);
    return [name, prose === undefined ? property : { ...property, description: prose }];
  });
  return {
    ...schema,
    ...(description !== undefined && { description }),
    ...(schema.properties && { properties: Object.fromEntries(properties) }),
  };
}
