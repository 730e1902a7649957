import type { Request } from "express";
import { isAtLeast } from "../../workshop/common/account-api.js";
import type { Access } from "./access.js";

/** Whether who opened a stream may still see it; also false while nobody's role can be told, as when the file with the token is being written: the page comes back. */
export function isStillHelper(access: Pick<Access, "accountOf">, request: Request): boolean {
  try {
    return isAtLeast(access.accountOf(request)?.role ?? "learner", "helper");
  } catch {
    return false;
  }
}
