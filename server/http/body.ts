import type { z } from "zod";
import { ServerError, serverErrorCodes } from "../errors.js";

/** The body as the schema has it. Throws SERVER_BAD_REQUEST naming the first field that is wrong. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  const message = `The request body cannot be used: ${field === "" ? "" : `${field}: `}${issue?.message ?? "it is not what the API expects"}.`;
  throw new ServerError(serverErrorCodes.badRequest, message);
}
