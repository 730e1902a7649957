import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import { startTimeOf } from "../../processes/node/process-stat.js";

/** Holds a folder for this process; returns the release. Throws TERMINAL_HOST_RUNNING where a living process has it. */
export function holdDataDir(dataDir: string): () => void {
  const path = join(dataDir, "terminal-host.lock");
  const mine = `${process.pid} ${startTimeOf(process.pid)}`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(path, mine, { flag: "wx", mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      const holder = attempt < 2 ? livingHolder(path) : 0;
      if (holder === undefined) {
        rmSync(path, { force: true });
        continue;
      }
      const message = `Another terminal host (process ${holder}) uses ${dataDir}; stop it, or start this one with another --data folder.`;
      throw new TerminalError(terminalErrorCodes.hostRunning, message, error);
    }
  }
}

function livingHolder(path: string): number | undefined {
  try {
    const [pid = "", started] = readFileSync(path, "utf8").split(" ");
    return started !== undefined && startTimeOf(Number(pid)) === started ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}
