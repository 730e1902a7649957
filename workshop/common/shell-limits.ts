import { QUANTITY_SUFFIXES } from "./quantity-suffixes.js";

/** What the shells of one session may use; the operator's limits hold for what is absent. */
export interface ShellLimits {
  memoryBytes?: number;
  /** Processes and threads. */
  processes?: number;
  /** Processors' worth of time. */
  cpus?: number;
  homeBytes?: number;
  /** Of /tmp. */
  temporaryBytes?: number;
  /** Open files of one process. */
  openFiles?: number;
}

/** A limit in the words of those who set it, with the least that a shell starts with. */
interface Limit {
  key: keyof ShellLimits;
  least: number;
}

const LIMITS = {
  memory: { key: "memoryBytes", least: 32 * 2 ** 20 },
  processes: { key: "processes", least: 16 },
  cpu: { key: "cpus", least: 0.1 },
  home: { key: "homeBytes", least: 2 ** 20 },
  tmp: { key: "temporaryBytes", least: 2 ** 20 },
  files: { key: "openFiles", least: 64 },
} as const satisfies Record<string, Limit>;
export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];

const UNITS: Readonly<Record<string, number>> = { "": 1, ...QUANTITY_SUFFIXES };

/** Whether there is a limit of that name. */
export function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(LIMITS, name);
}

/** Reads a limit as Kubernetes writes quantities (`512Mi`, `0.5`, `500m`). Throws RangeError, with a sentence, for what is none or too little. */
export function readLimit(name: LimitName, value: string): ShellLimits {
  const { key, least } = LIMITS[name];
  const [, number, unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)([KMGT]i|[mkMGT])?$/.exec(value) ?? [];
  const quantity = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!(quantity >= least)) throw new RangeError(`${name}=${value} is no quantity of at least ${least}.`);
  return { [key]: name === "cpu" ? quantity : Math.round(quantity) };
}

/** The smaller of both, each by itself. */
export function leastLimits(one: ShellLimits, other: ShellLimits): ShellLimits {
  const least: ShellLimits = { ...one };
  for (const { key } of Object.values(LIMITS)) {
    const given = other[key];
    if (given !== undefined) least[key] = Math.min(given, one[key] ?? given);
  }
  return least;
}

/** The names of those limits that are above what another allows. */
export function limitsAbove(limits: ShellLimits, most: ShellLimits): LimitName[] {
  return LIMIT_NAMES.filter((name) => {
    const { key } = LIMITS[name];
    return (limits[key] ?? 0) > (most[key] ?? Number.POSITIVE_INFINITY);
  });
}
