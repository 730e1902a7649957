import { recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";

const GROUP_POLICIES = ["File", "None", "ReadWriteOnceWithFSType"];
const LIFECYCLES = ["Persistent", "Ephemeral"];
const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;
const SHORTEST_UPDATE_SECONDS = 10;

/** Adds what is wrong with a CSIDriver. */
export function validateDriver(driver: ApiObject, errors: FieldErrors): void {
  const policy = textAt(driver, "spec.fsGroupPolicy");
  if (policy !== "" && !GROUP_POLICIES.includes(policy))
    errors.unsupported("spec.fsGroupPolicy", policy, GROUP_POLICIES);
  validateTokens(driver, errors);
  const modes = valueAt(driver, "spec.volumeLifecycleModes");
  for (const mode of Array.isArray(modes) ? (modes as unknown[]) : [])
    if (!LIFECYCLES.some((known) => known === mode))
      errors.unsupported("spec.volumeLifecycleModes", mode, LIFECYCLES);
  const seconds = valueAt(driver, "spec.nodeAllocatableUpdatePeriodSeconds");
  if (typeof seconds === "number" && seconds < SHORTEST_UPDATE_SECONDS) {
    const why = `must be greater than or equal to ${SHORTEST_UPDATE_SECONDS} seconds`;
    errors.invalid("spec.nodeAllocatableUpdatePeriodSeconds", seconds, why);
  }
}

function validateTokens(driver: ApiObject, errors: FieldErrors): void {
  const requests = recordsAt(driver, "spec.tokenRequests");
  const audiences = requests.map((request) => textAt(request, "audience"));
  requests.forEach(({ expirationSeconds: seconds }, i) => {
    const at = `spec.tokenRequests[${i}]`;
    const audience = audiences[i] ?? "";
    if (audiences.indexOf(audience) < i) errors.duplicate(`${at}.audience`, audience);
    if (typeof seconds !== "number") return;
    if (seconds < SHORTEST_TOKEN_SECONDS)
      errors.invalid(`${at}.expirationSeconds`, seconds, "may not specify a duration less than 10 minutes");
    if (seconds > LONGEST_TOKEN_SECONDS)
      errors.invalid(
        `${at}.expirationSeconds`,
        seconds,
        "may not specify a duration larger than 2^32 seconds",
      );
  });
  if (requests.length > 0 || valueAt(driver, "spec.serviceAccountTokenInSecrets") !== true) return;
  const why = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
  errors.invalid("spec.serviceAccountTokenInSecrets", true, why);
}
