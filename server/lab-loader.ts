import { LabThread, LabThreadError } from "../workshop/node/lab-thread.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../workshop/common/errors.js";
import { LAB_THREAD, builtFile, sharedImages } from "./config.js";
import { LateLab } from "./labs.js";
import type { LoadLab } from "./labs.js";

/** 10 s: a lab of a hundred pages takes one. */
const DEADLINE_MS = 10_000;
/** 5 s: a lab that needs longer, also on a machine that is busy with the start, is read when all others have been. */
const QUICK_MS = 5_000;

/** Reads labs in a thread of its own, with these checks in place of a lab's own where some are given: one that takes too long, or too much memory, is a broken lab and nothing else. */
export function threadLoader(
  labVariables: Readonly<Record<string, string>>,
  checks?: string,
): {
  load: LoadLab;
  close(): Promise<void>;
} {
  // Nobody who reads a lab quickly waits for one that takes its time.
  const [quick, patient] = [new LabThread(builtFile(LAB_THREAD)), new LabThread(builtFile(LAB_THREAD))];
  const options = {
    imageFolders: [sharedImages],
    labVariables: Object.keys(labVariables),
    ...(checks === undefined ? {} : { checks }),
  };
  return {
    load: async (path, haste) => {
      const isQuick = haste === "quick";
      try {
        return await (isQuick ? quick : patient).load(path, options, isQuick ? QUICK_MS : DEADLINE_MS);
      } catch (error) {
        if (!(error instanceof LabThreadError)) throw error;
        if (isQuick && error.isLate) throw new LateLab(path);
        const message = `The lab ${path} cannot be read: ${error.message}. Look for a page or a file that is far larger, or nested far deeper, than the others`;
        throw new WorkshopError(WORKSHOP_ERRORS.labInvalid, message, { cause: error });
      }
    },
    close: async () => {
      await Promise.all([quick.close(), patient.close()]);
    },
  };
}
