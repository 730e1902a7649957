import { stampOfLabs } from "../lab-repository.js";
import { lint } from "./lint.js";
import { ExitWith } from "./program.js";
import { terminalText } from "./terminal-text.js";

const LOOK_MS = 300;

/** Prints what is wrong with the lab, now and each time a file of it was saved, until the returned function is called. */
export async function lintWhenSaved(lab: string): Promise<() => void> {
  let stamp = "";
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    // A folder that is just being replaced is looked at again.
    const now = await stampOfLabs([lab]).catch(() => stamp);
    if (now !== stamp) await tell(lab);
    stamp = now;
    if (!isOver) timer = setTimeout(() => void look(), LOOK_MS);
  };
  await look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

async function tell(lab: string): Promise<void> {
  try {
    await lint([lab], {});
  } catch (error) {
    // What there is to say was said.
    if (!(error instanceof ExitWith))
      process.stdout.write(`${terminalText(error instanceof Error ? error.message : String(error))}\n`);
  }
}
