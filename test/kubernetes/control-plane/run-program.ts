import { execFile } from "node:child_process";

/** Most output of one program kept, in bytes: large enough for a table of every API resource. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** Runs a program to its end and returns its standard output; throws with its standard error when it fails. */
export function runProgram(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...options, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new Error(`${program} ${args.join(" ")} failed: ${stderr.trim() || error.message}`, {
            cause: error,
          }),
        );
    });
  });
}
