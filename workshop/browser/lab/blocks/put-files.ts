import { MAX_EDITED_BYTES } from "../../../common/editor/file-limits.js";
import type { ActionView } from "../../../common/page-view.js";
import { homeApi } from "../../api/home-api.js";
import { ApiError } from "../../errors.js";

/** Puts what was chosen into the home, each file by itself. Throws, when all have been tried, with the names of those that could not be put there and why. */
export async function putFiles(
  session: string,
  { file = "", takesMany }: Pick<ActionView, "file" | "takesMany">,
  chosen: readonly File[],
): Promise<void> {
  const problems: string[] = [];
  for (const one of chosen) {
    try {
      await put(session, takesMany ? `${file}/${one.name}` : file, one);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length === 0) return;
  const isPartly = chosen.length > problems.length;
  const done = isPartly ? [`${chosen.length - problems.length} of ${chosen.length} files are there.`] : [];
  throw new Error([...done, ...problems].join(" "));
}

/** Whoever chooses a file means it to take the place of one that is there. */
async function put(session: string, path: string, content: File): Promise<void> {
  if (content.size > MAX_EDITED_BYTES)
    throw new Error(`${content.name} has ${content.size} bytes; at most ${MAX_EDITED_BYTES} are taken.`);
  try {
    await homeApi.write(session, path, { content, version: undefined, makesFolders: true });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "TERMINAL_FILE_CHANGED") throw error;
    const there = await homeApi.read(session, path);
    await homeApi.write(session, path, { content, version: there?.version });
  }
}
