import { readFile, stat } from "node:fs/promises";
import { parse } from "yaml";
import { type WorkshopErrorCode, WorkshopError } from "../common/errors.js";

/** 1 MB: a lab's own YAML is some kilobytes; anything larger is a mistake. */
const MAX_YAML_BYTES = 1024 * 1024;

/** The value of a YAML file; throws the given code with the line where it cannot be read. */
export async function readYamlFile(file: string, code: WorkshopErrorCode): Promise<unknown> {
  try {
    const { size } = await stat(file);
    if (size > MAX_YAML_BYTES) throw new Error(`it has ${size} bytes, at most ${MAX_YAML_BYTES} are read`);
    return parse(await readFile(file, "utf8"), { maxAliasCount: 0 });
  } catch (cause) {
    throw new WorkshopError(
      code,
      `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
