import { InvalidArgumentError } from "commander";
import type { SessionLimits } from "../../terminal/common/session-limits.js";

const UNITS: Readonly<Record<string, number>> = { "": 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
/** Less than these and a shell does not start, or nothing can be done in it. */
const LEAST = { memory: 32 * 2 ** 20, processes: 16, cpu: 0.1, home: 2 ** 20, tmp: 2 ** 20, files: 64 };
const KEYS: Readonly<Record<keyof typeof LEAST, keyof SessionLimits>> = {
  memory: "memoryBytes",
  processes: "processes",
  cpu: "cpus",
  home: "homeBytes",
  tmp: "temporaryBytes",
  files: "openFiles",
};

/** Reads `memory=2Gi,cpu=0.5`, in the quantities of Kubernetes. Throws `InvalidArgumentError` for what is none. */
export function sessionLimits(text: string): Partial<SessionLimits> {
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name = "", value = ""] = part.split("=", 2);
      if (!isKey(name))
        throw new InvalidArgumentError(`"${name}" is no limit; there are ${Object.keys(KEYS).join(", ")}.`);
      const [, number, unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)(Ki|Mi|Gi|Ti)?$/.exec(value) ?? [];
      const quantity = Number(number) * (UNITS[unit] ?? Number.NaN);
      if (!(quantity >= LEAST[name]))
        throw new InvalidArgumentError(`${name}=${value} is no quantity of at least ${String(LEAST[name])}.`);
      return [KEYS[name], name === "cpu" ? quantity : Math.round(quantity)];
    }),
  );
}

function isKey(name: string): name is keyof typeof LEAST {
  return Object.hasOwn(KEYS, name);
}
