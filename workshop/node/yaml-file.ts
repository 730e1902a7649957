import { stat } from "node:fs/promises";
import { type WorkshopErrorCode, WorkshopError } from "../common/errors.js";
import { issueText } from "../common/issue-text.js";
import { MAX_YAML_CHARACTERS, YamlProblem, type YamlValue, readYaml } from "../common/yaml-value.js";
import type { z } from "zod";
import { readRegularFile } from "./regular-file.js";
import { lineBeyondUtf8, unicodeText } from "./text-encoding.js";

/** What a YAML file is read as. */
export interface YamlFile {
  path: string;
  /** Of the refusal where it cannot be read, or does not fit. */
  code: WorkshopErrorCode;
}

/** The value of a YAML file. Throws the given code with the line where it cannot be read. */
export async function readYamlFile({ path, code }: YamlFile): Promise<YamlValue> {
  try {
    const { size } = await stat(path);
    if (size > MAX_YAML_CHARACTERS)
      throw new YamlProblem(`it has ${size} bytes; at most ${MAX_YAML_CHARACTERS} are read`, 1);
    const { content } = await readRegularFile(path);
    const text = unicodeText(content);
    if (text === undefined)
      throw new YamlProblem("this line is not UTF-8; save the file as UTF-8", lineBeyondUtf8(content));
    return readYaml(text);
  } catch (cause) {
    const line = cause instanceof YamlProblem ? `, line ${cause.line}` : "";
    throw new WorkshopError(
      code,
      `${path}${line} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** The value of a YAML file, checked. Throws the given code with the line of every key that does not fit; `what` says what it is to describe. */
export async function readYamlAs<Schema extends z.ZodType>(
  schema: Schema,
  file: YamlFile,
  what: string,
): Promise<z.infer<Schema>> {
  const { value, lineOf } = await readYamlFile(file);
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const issues = issueText(read.error.issues, ({ path, keys }) =>
    lineOf([...path, ...(keys?.slice(0, 1) ?? [])]),
  );
  throw new WorkshopError(file.code, `${file.path} does not describe ${what}: ${issues}`);
}
