import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { modulesFolder } from "../control-plane/binaries.js";
import { runProgram } from "../control-plane/run-program.js";
import type { GoField } from "./go-structs.js";
import { goStructs } from "./go-structs.js";
import type { ProtoField } from "./proto-messages.js";
import { protoMessages } from "./proto-messages.js";
import type { ResourceFact } from "./resource-facts.js";
import { servedGroupVersions, sharedPackages } from "./served-groups.js";

export interface ProtobufField {
  /** Name in JSON. */
  name: string;
  /** A scalar of protobuf, or the name of another message. */
  type: string;
  repeated?: true;
  /** A map from string to `type`. */
  map?: true;
  /**
   * The JSON of the value stands in place of this field: its fields beside ours; or, for a list, the list in place of the
   * message; or, for bytes, which then are JSON text, what they say in place of the message.
   */
  inline?: true;
  /** A pointer in Go: a value on the wire was given, even if it is zero. */
  pointer?: true;
  /** Not a pointer, and written to JSON even when it is zero. */
  keepEmpty?: true;
}

export interface ProtobufFacts {
  /** Message of each kind, by `apiVersion/kind`. */
  kinds: Record<string, string>;
  /** Fields by number, of each message. */
  messages: Record<string, Record<number, ProtobufField>>;
}

interface Sources {
  messages: Map<string, ProtoField[]>;
  go: Map<string, Map<number, GoField>>;
}

/** The Go tag of bytes that are JSON text standing in place of their struct. */
const JSON_TEXT = "-";

const META = "k8s.io.apimachinery.pkg.apis.meta.v1";
const extraRoots = [
  "DeleteOptions",
  "Status",
  "PatchOptions",
  "CreateOptions",
  "UpdateOptions",
  "MicroTime",
  "Duration",
]
  .map((name) => `${META}.${name}`)
  .concat("k8s.io.apimachinery.pkg.runtime.Unknown", "k8s.io.apimachinery.pkg.runtime.RawExtension");

/** Protobuf fields of every message that the kinds of the served resources are made of, named as the OpenAPI schemas. */
export async function protobufFacts(resources: Record<string, ResourceFact>): Promise<ProtobufFacts> {
  const packages = [...Object.values(servedGroupVersions), ...sharedPackages];
  const sources = await readSources(packages);
  const kinds = kindMessages(resources, sources);
  const facts: ProtobufFacts = { kinds: {}, messages: {} };
  for (const [kind, message] of kinds) facts.kinds[kind] = schemaName(message);
  const pending = [...kinds.values(), ...extraRoots];
  for (let message = pending.pop(); message !== undefined; message = pending.pop()) {
    const name = schemaName(message);
    const fields = sources.messages.get(message);
    if (fields === undefined || name in facts.messages) continue;
    facts.messages[name] = fieldsOf(message, fields, sources.go.get(message));
    pending.push(...fields.map((field) => field.type));
  }
  return facts;
}

async function readSources(packages: { module: string; package: string }[]): Promise<Sources> {
  const sources: Sources = { messages: new Map(), go: new Map() };
  for (const { module, package: path } of packages) {
    const folder = join(await moduleFolder(module), path);
    const messages = protoMessages(readFileSync(join(folder, "generated.proto"), "utf8"));
    const structs = goStructs(goSource(folder));
    for (const [name, fields] of messages) {
      sources.messages.set(name, fields);
      const struct = structs.get(name.slice(name.lastIndexOf(".") + 1));
      if (struct !== undefined) sources.go.set(name, struct);
    }
  }
  return sources;
}

async function moduleFolder(module: string): Promise<string> {
  const cwd = join(modulesFolder, "control-plane");
  return (await runProgram("go", ["list", "-m", "-f", "{{.Dir}}", module], { cwd })).trim();
}

function goSource(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".go") && !/_test\.go$|generated/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

function kindMessages(resources: Record<string, ResourceFact>, sources: Sources): Map<string, string> {
  const kinds = Object.values(resources).flatMap(({ group, version, kind, subresources }) => [
    [group, version, kind].filter((part) => part !== "").join("/"),
    ...(subresources ?? []).map((subresource) => subresource.kind),
  ]);
  const messages = new Map<string, string>();
  for (const kind of kinds) {
    const message = messageOf(kind);
    if (message !== undefined && sources.messages.has(message)) messages.set(kind, message);
  }
  return messages;
}

function messageOf(kind: string): string | undefined {
  const groupVersion = kind.slice(0, kind.lastIndexOf("/"));
  const source = servedGroupVersions[groupVersion];
  if (source === undefined) return undefined;
  const module = source.module.replace("-", "_").replaceAll("/", ".");
  return `${module}.${source.package.replaceAll("/", ".")}.${kind.slice(groupVersion.length + 1)}`;
}

function schemaName(message: string): string {
  return message
    .replace(/^k8s\.io\./, "io.k8s.")
    .replace("apiextensions_apiserver", "apiextensions-apiserver")
    .replace("kube_aggregator", "kube-aggregator");
}

function fieldsOf(
  message: string,
  fields: ProtoField[],
  struct: Map<number, GoField> | undefined,
): Record<number, ProtobufField> {
  return Object.fromEntries(
    fields.map((field) => [
      field.number,
      fieldFact(field, struct?.get(field.number), isListOf(message, fields, struct)),
    ]),
  );
}

/** Go types that are themselves a list have a message with the one field `items`. */
function isListOf(message: string, fields: ProtoField[], struct: Map<number, GoField> | undefined): boolean {
  return (
    struct === undefined && !message.endsWith("List") && fields.length === 1 && fields[0]?.name === "items"
  );
}

function fieldFact(field: ProtoField, go: GoField | undefined, isList: boolean): ProtobufField {
  return {
    name: go === undefined || go.json === "" || go.json === JSON_TEXT ? field.name : go.json,
    type: field.type.includes(".") ? schemaName(field.type) : field.type,
    ...(field.label === "repeated" ? { repeated: true as const } : {}),
    ...(field.label === "map" ? { map: true as const } : {}),
    ...(isList ? { inline: true as const } : {}),
    ...(go === undefined ? {} : goFacts(go)),
  };
}

function goFacts(go: GoField): Pick<ProtobufField, "inline" | "pointer" | "keepEmpty"> {
  if (go.isInline || go.json === JSON_TEXT) return { inline: true };
  if (go.isPointer) return { pointer: true };
  return go.omitsEmpty ? {} : { keepEmpty: true };
}
