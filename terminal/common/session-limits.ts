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
