import type { StatusError } from "../api/status.js";
import { forbidden } from "../api/status.js";
import type { AdmissionRequest } from "./admission.js";

/** The 403 of an admission plugin: `pods "x" is forbidden: WHY`. An object without a name yet goes by what it will begin with. */
export function refuse(request: AdmissionRequest, why: string): StatusError {
  const metadata = request.object?.metadata;
  const name = request.name || metadata?.name || metadata?.generateName || "Unknown!";
  return forbidden(request.resource, name, why);
}
