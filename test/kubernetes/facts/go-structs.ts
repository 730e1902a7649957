const STRUCT = /^type (\w+) struct \{\n([\s\S]*?)^\}/gm;
const FIELD = /^\s*(?:(\w+)\s+)?([*\w.[\]]+)\s+`([^`]*)`/gm;

/** What a field's Go declaration adds to its protobuf one. */
export interface GoField {
  /** Name in JSON; empty for an embedded struct whose fields stand beside its own. */
  json: string;
  isInline: boolean;
  isPointer: boolean;
  omitsEmpty: boolean;
}

/** Fields with a protobuf tag of every struct in Go source text: struct name, then field number. */
export function goStructs(source: string): Map<string, Map<number, GoField>> {
  const structs = new Map<string, Map<number, GoField>>();
  for (const [, name = "", body = ""] of source.matchAll(STRUCT)) {
    const fields = new Map<number, GoField>();
    for (const [, , type = "", tags = ""] of body.matchAll(FIELD)) addField(fields, type, tags);
    structs.set(name, fields);
  }
  return structs;
}

function addField(fields: Map<number, GoField>, type: string, tags: string): void {
  const number = /protobuf:"\w+,(\d+)/.exec(tags)?.[1];
  const json = /json:"([^"]*)"/.exec(tags)?.[1];
  if (number === undefined || json === undefined) return;
  const [name = "", ...options] = json.split(",");
  fields.set(Number(number), {
    json: name,
    isInline: options.includes("inline"),
    isPointer: type.startsWith("*"),
    omitsEmpty: options.includes("omitempty"),
  });
}
