/** Writes one field of a message under its number; what it writes for `undefined` is nothing. */
type Write = (number: number, value: unknown) => Buffer;
type Json = Record<string, unknown>;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

/**
 * An OpenAPI v2 document in protobuf, as kubectl and client-go ask for it. Field numbers are those of `OpenAPIv2.proto` of
 * gnostic-models; what the documents here never have is left out.
 */
export function encodeOpenApiVersion2(document: Json): Buffer {
  return contentOf(document, DOCUMENT);
}

const text: Write = (number, value) => delimited(number, Buffer.from(String(value)));
const flag: Write = (number, value) => Buffer.concat([tag(number, VARINT), varint(value === true ? 1 : 0)]);
const integer: Write = (number, value) => Buffer.concat([tag(number, VARINT), varint(Number(value))]);
const double: Write = (number, value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(Number(value));
  return Buffer.concat([tag(number, FIXED64), bytes]);
};
/** `Any` holds YAML, which JSON is. */
const any: Write = (number, value) => delimited(number, text(2, JSON.stringify(value)));
const each =
  (write: Write): Write =>
  (number, value) =>
    Buffer.concat((value as unknown[]).map((item) => write(number, item)));
/** The value inside of messages that have but this one field, from the outermost to the innermost. */
const inside =
  (write: Write, ...numbers: number[]): Write =>
  (number, value) => {
    const [first, ...rest] = numbers;
    if (first === undefined) return write(number, value);
    return delimited(number, inside(write, ...rest)(first, value));
  };
/** Pairs of name and value, as a message whose only field repeats. */
const map =
  (write: Write, entries: number): Write =>
  (number, value) =>
    delimited(
      number,
      Buffer.concat(Object.entries(value as Json).map((pair) => named(write, entries, pair))),
    );

interface Message {
  fields: Record<string, [number, Write]>;
  /** Where what begins with `x-` goes. */
  extensions?: number;
}
const message =
  (of: () => Message): Write =>
  (number, value) =>
    delimited(number, contentOf(value as Json, of()));

const schema = message(() => SCHEMA);
const operation = message(() => OPERATION);
const SCHEMA: Message = {
  fields: {
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    multipleOf: [6, double],
    maximum: [7, double],
    exclusiveMaximum: [8, flag],
    minimum: [9, double],
    exclusiveMinimum: [10, flag],
    maxLength: [11, integer],
    minLength: [12, integer],
    pattern: [13, text],
    maxItems: [14, integer],
    minItems: [15, integer],
    uniqueItems: [16, flag],
    maxProperties: [17, integer],
    minProperties: [18, integer],
    required: [19, each(text)],
    enum: [20, each(any)],
    additionalProperties: [
      21,
      (number, value) =>
        typeof value === "boolean" ? inside(flag, 2)(number, value) : inside(schema, 1)(number, value),
    ],
    type: [22, inside(text, 1)],
    items: [23, inside(schema, 1)],
    properties: [25, map(schema, 1)],
    // Custom resources alone have these two.
    externalDocs: [29, message(() => ({ fields: { description: [1, text], url: [2, text] } }))],
    example: [30, any],
  },
  extensions: 31,
};
const BODY: Message = {
  fields: { name: [2, text], in: [3, text], required: [4, flag], schema: [5, schema] },
};
const QUERY: Message = {
  fields: { in: [2, text], name: [4, text], type: [6, text], uniqueItems: [20, flag] },
};
const parameter: Write = (number, value) =>
  (value as Json)["in"] === "body"
    ? inside(
        message(() => BODY),
        1,
        1,
      )(number, value)
    : inside(
        message(() => QUERY),
        1,
        2,
        3,
      )(number, value);
const RESPONSE: Message = { fields: { description: [1, text] } };
const OPERATION: Message = {
  fields: {
    consumes: [7, each(text)],
    parameters: [8, each(parameter)],
    responses: [
      9,
      map(
        inside(
          message(() => RESPONSE),
          1,
        ),
        1,
      ),
    ],
  },
  extensions: 13,
};
const PATH: Message = {
  fields: {
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    patch: [7, operation],
  },
};
const DOCUMENT: Message = {
  fields: {
    swagger: [1, text],
    info: [2, message(() => ({ fields: { title: [1, text], version: [2, text] } }))],
    paths: [
      8,
      map(
        message(() => PATH),
        2,
      ),
    ],
    definitions: [9, map(schema, 1)],
  },
};

function contentOf(value: Json, { fields, extensions }: Message): Buffer {
  const parts = Object.entries(value).map(([name, content]) => {
    if (content === undefined) return Buffer.alloc(0);
    if (extensions !== undefined && name.startsWith("x-")) return named(any, extensions, [name, content]);
    const field = fields[name];
    if (field === undefined) throw new Error(`no field of OpenAPI v2's protobuf is known for ${name}`);
    return field[1](field[0], content);
  });
  return Buffer.concat(parts);
}

function named(write: Write, number: number, [name, value]: [string, unknown]): Buffer {
  return delimited(number, Buffer.concat([text(1, name), write(2, value)]));
}

function delimited(number: number, content: Buffer): Buffer {
  return Buffer.concat([tag(number, LENGTH_DELIMITED), varint(content.length), content]);
}

function tag(number: number, wireType: number): Buffer {
  return varint(number * 8 + wireType);
}

/** Numbers below 2^53, least significant seven bits first; negative ones are not written here. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
