import type { Lab } from "../../workshop/common/lab.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { threadLoader } from "../lab-loader.js";
import { labPathsAt } from "../labs.js";
import type { ValidateFlags } from "./validation.js";

/** Reads the lab in a thread, so that Ctrl-C ends the reading too. */
export async function readLab(
  path: string,
  variables: Record<string, string>,
  { checks }: Pick<ValidateFlags, "checks">,
): Promise<Lab> {
  const loader = threadLoader(variables, checks);
  try {
    return await loader.load(path);
  } finally {
    await loader.close();
  }
}

/** A folder that holds one lab means that lab, as it does for `serve`. Throws SERVER_USAGE where it holds several. */
export async function onlyLabAt(path: string): Promise<string> {
  const paths = await labPathsAt(path);
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return only;
  throw new ServerError(
    serverErrorCodes.usage,
    `${path} holds ${String(paths.length)} labs, and one is validated at a time: ${paths.join(", ")}`,
  );
}
