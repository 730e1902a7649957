const PACKAGE = /^package ([\w.]+);/m;
const MESSAGE = /^message (\w+) \{\n([\s\S]*?)^\}/gm;
const FIELD = /^ {2}(?:(optional|repeated|required) ([\w.]+)|map<string, ([\w.]+)>) (\w+) = (\d+);/gm;

export interface ProtoField {
  number: number;
  name: string;
  /** A scalar of protobuf, or a message with its package. */
  type: string;
  label: "single" | "repeated" | "map";
}

/** Every message of one `generated.proto`, by its name with the package. */
export function protoMessages(source: string): Map<string, ProtoField[]> {
  const packageName = PACKAGE.exec(source)?.[1];
  if (packageName === undefined) throw new Error("a proto file should name its package and does not");
  const messages = new Map<string, ProtoField[]>();
  const names = new Set([...source.matchAll(MESSAGE)].map((match) => match[1] ?? ""));
  for (const [, message = "", body = ""] of source.matchAll(MESSAGE)) {
    const fields = [...body.matchAll(FIELD)].map(
      ([, label, single, mapped, name = "", number]): ProtoField => ({
        number: Number(number),
        name,
        type: qualified(single ?? mapped ?? "", packageName, names),
        label: mapped !== undefined ? "map" : label === "repeated" ? "repeated" : "single",
      }),
    );
    messages.set(`${packageName}.${message}`, fields);
  }
  return messages;
}

function qualified(type: string, packageName: string, names: ReadonlySet<string>): string {
  if (type.startsWith(".")) return type.slice(1);
  return names.has(type) ? `${packageName}.${type}` : type;
}
