import type { z } from "zod";
import { plainIssues } from "../../workshop/common/issue-text.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** The body as the schema has it. Throws SERVER_BAD_REQUEST naming the first field that is wrong. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = plainIssues(parsed.error.issues);
  const field = issue?.path.map(String).join(".") ?? "";
  const message = `The request body cannot be used: ${field === "" ? "" : `${field}: `}${issue?.message ?? "it is not what the API expects"}.`;
  throw new ServerError(serverErrorCodes.badRequest, message);
}
