import type { Request } from "express";

import type { PolicyRoutesContext } from "./router.js";

/** `?dryRun=true`: checked, answered, not stored. */
export function writeOptions(
  { userOf }: Pick<PolicyRoutesContext, "userOf">,
  request: Request,
): { dryRun: boolean; user: string } {
  return { dryRun: request.query["dryRun"] === "true", user: userOf(request) };
}
