import { z } from "zod";

import { LIST_QUERY } from "./list-page.js";
import { type Operation, OPERATIONS } from "./operations.js";

/** Refusals, by what they are for. */
const REFUSALS: Record<string, string> = {
  "400": "The body or a name is not valid; `fields` says where",
  "401": "The caller is not known",
  "403": "The roles of the caller do not allow it",
  "404": "What is named does not exist in this organization",
  "409": "It exists already, is in use, or was changed by someone else",
  "413": "The body is too large",
  "503": "The cluster refused or did not answer",
  "504": "The change is stored, and not in force yet",
};

/** The OpenAPI 3.1 document of the policy API (https://spec.openapis.org/oas/v3.1.0). */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) (paths[operation.path] ??= {})[operation.method] = describe(operation);
  return {
    openapi: "3.1.0",
    info: { title: "Lectern image policies", version: "v1alpha1" },
    servers: [{ url: "/v1alpha1" }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: "object",
  required: ["error", "code", "message", "reason"],
  properties: {
    error: { type: "string" },
    code: { type: "integer" },
    message: { type: "string" },
    reason: { type: "string" },
    fields: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

function describe({ path, summary, answers, body, needs, takesDryRun, isPaged }: Operation): object {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const text = { schema: { type: "string" } };
  const inPath = names.map((name) => ({ name, in: "path", required: true, ...text }));
  const dryRun = { name: "dryRun", in: "query", schema: { type: "boolean" } };
  return {
    summary,
    "x-needs-role": `${needs.level} on the ${needs.on}`,
    parameters: [
      ...inPath,
      ...(takesDryRun === true ? [dryRun] : []),
      ...(isPaged === true ? PAGE_PARAMETERS : []),
    ],
    ...(body && { requestBody: { required: true, content: json(schemaOf(body)) } }),
    responses: {
      "200": { description: "Done, and in force", content: json({ type: "object", required: answers }) },
      ...Object.fromEntries(Object.entries(REFUSALS).map(([status, why]) => [status, refusal(why)])),
    },
  };
}

const PAGE_PARAMETERS = Object.keys(LIST_QUERY.shape).map((name) => ({
  name,
  in: "query",
  schema: name === "searchScope.name" ? { type: "string" } : { type: "integer" },
}));

function refusal(description: string): object {
  return { description, content: json({ $ref: "#/components/schemas/Problem" }) };
}

/** What may be sent, before defaults are filled in. */
function schemaOf(body: z.ZodType): object {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  return schema;
}

function json(schema: object): object {
  return { "application/json": { schema } };
}
