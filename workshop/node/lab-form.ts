import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { LabSource } from "../common/lab.js";

/** What a path is: a lab of one of the forms, a folder that is none, or nothing. */
export type PathForm = LabSource["form"] | "folder" | "missing";

/** Which form of lab the path is, by the files that only that form has. */
export async function labFormOf(path: string): Promise<PathForm> {
  const isFolder = await folderness(path);
  if (isFolder === undefined) return "missing";
  if (!isFolder) return "page";
  const has = async (name: string, kind: "file" | "folder"): Promise<boolean> =>
    (await folderness(join(path, name))) === (kind === "folder");
  if ((await has("workshop.yaml", "file")) && (await has("pages", "folder"))) return "native";
  const classic = ["workshop/workshop.yaml", "workshop/modules.yaml", "workshop/config.js"];
  if ((await Promise.all(classic.map((name) => has(name, "file")))).includes(true)) return "classic";
  if ((await has("workshop/config.yaml", "file")) || (await has("workshop/content", "folder"))) return "hugo";
  return "folder";
}

/** True for a folder, false for a file, undefined for neither. */
async function folderness(path: string): Promise<boolean | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory();
}
