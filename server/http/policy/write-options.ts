import type { Request } from "express";

/** `?dryRun=true`: checked, answered, not stored. */
export function writeOptions(request: Request): { dryRun: boolean } {
  return { dryRun: request.query["dryRun"] === "true" };
}
