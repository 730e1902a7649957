import { realpath } from "node:fs/promises";
import { isAbsolute, normalize, relative } from "node:path";

/** True where the path lies in the folder, going by the names alone. */
export function isWithin(folder: string, path: string): boolean {
  const inside = relative(folder, normalize(path));
  return inside !== "" && inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside);
}

/** True where the path lies in the folder also after every link was followed, so that no lab shows the machine's own files. */
export async function isReallyWithin(folder: string, path: string): Promise<boolean> {
  if (!isWithin(folder, path)) return false;
  try {
    return isWithin(await realpath(folder), await realpath(path));
  } catch {
    // What is not there leads nowhere.
    return true;
  }
}
