import { createRequire } from "node:module";

/** One field of a Go struct, as its protobuf and JSON tags describe it. */
export interface ProtobufField {
  name: string;
  type: string;
  repeated?: boolean;
  map?: boolean;
  /** The value's fields stand beside ours in JSON. */
  inline?: boolean;
  /** A pointer in Go: zero is a value. */
  pointer?: boolean;
  /** Written to JSON even when zero. */
  keepEmpty?: boolean;
}

export interface ProtobufFacts {
  /** Message of each kind, by `apiVersion/kind`. */
  kinds: Record<string, string>;
  /** Fields by number, of each message. */
  messages: Record<string, Record<string, ProtobufField>>;
}

let facts: ProtobufFacts | undefined;

/** What the Go structs of every served kind look like; read once, when first needed. */
export function loadMessages(): ProtobufFacts {
  facts ??= createRequire(import.meta.url)("../facts/protobuf.json") as ProtobufFacts;
  return facts;
}
