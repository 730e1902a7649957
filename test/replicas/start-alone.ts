import { spawn } from "node:child_process";
import { once } from "node:events";
import { productRoot, until } from "../server/lectern-process.js";

const START_MS = 60_000;

/** Starts a part of Lectern alone; resolves to what it says of where it is. What ends it is added to `ends`. */
export async function startAlone(
  args: readonly string[],
  says: RegExp,
  ends: (() => Promise<unknown>)[],
): Promise<string> {
  const child = spawn(process.execPath, ["bin/lectern.js", ...args], { cwd: productRoot });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  ends.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  });
  return until(
    () => `it said where it is:\n${output}`,
    START_MS,
    () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`lectern ${args.join(" ")} ended:\n${output}`);
      return says.exec(output)?.[1];
    },
  );
}
