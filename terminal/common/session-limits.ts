/** What one session may use of the machine; its shells and programs together, where the machine can count them together. */
export interface SessionLimits {
  memoryBytes: number;
  /** Processes and threads. */
  processes: number;
  /** Processors' worth of time; may be a fraction. */
  cpus: number;
  homeBytes: number;
  homeFiles: number;
  /** Of /tmp. */
  temporaryBytes: number;
  temporaryFiles: number;
  /** Open files of one process. */
  openFiles: number;
}

/** What one session may use whose lab asks for less here and there; more than the operator's limits it does not get. */
export function boundedLimits(most: SessionLimits, asked: Partial<SessionLimits> = {}): SessionLimits {
  const bounded = { ...most };
  for (const key of Object.keys(most) as (keyof SessionLimits)[])
    bounded[key] = Math.min(most[key], asked[key] ?? most[key]);
  return bounded;
}

const MIB = 1024 * 1024;

/** Enough for kubectl, an editor and a compiler; thirty sessions at once fit a machine of 32 GiB. */
export const defaultSessionLimits: Readonly<SessionLimits> = {
  memoryBytes: 1024 * MIB,
  processes: 512,
  cpus: 1,
  homeBytes: 1024 * MIB,
  homeFiles: 200_000,
  temporaryBytes: 256 * MIB,
  temporaryFiles: 50_000,
  openFiles: 4_096,
};
