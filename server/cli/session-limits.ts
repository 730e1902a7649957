import { InvalidArgumentError } from "commander";
import type { SessionLimits } from "../../terminal/common/session-limits.js";
import { LIMIT_NAMES, isLimitName, readLimit } from "../../workshop/common/shell-limits.js";

/** Reads `memory=2Gi,cpu=0.5`, in the quantities of Kubernetes. Throws `InvalidArgumentError` for what is none. */
export function sessionLimits(text: string): Partial<SessionLimits> {
  const read = text.split(",").map((part) => {
    const [name = "", value = ""] = part.split("=", 2);
    if (!isLimitName(name))
      throw new InvalidArgumentError(`"${name}" is no limit; there are ${LIMIT_NAMES.join(", ")}.`);
    try {
      return readLimit(name, value);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  });
  return Object.assign({}, ...read) as Partial<SessionLimits>;
}
