import { stat } from "node:fs/promises";
import { type WorkshopErrorCode, WorkshopError } from "../common/errors.js";
import { issueText } from "../common/issue-text.js";
import type { PageProblem } from "../common/page-problem.js";
import { MAX_YAML_CHARACTERS, YamlProblem, type YamlValue, readYaml } from "../common/yaml-value.js";
import type { z } from "zod";
import { readRegularFile } from "./regular-file.js";
import { labText } from "./text-encoding.js";
import { pathFromHere, whyUnreadable } from "./unreadable-file.js";

/** What a YAML file is read as. */
export interface YamlFile {
  path: string;
  /** Of the refusal where it cannot be read, or does not fit. */
  code: WorkshopErrorCode;
}

/** What is to be told of the text itself. */
interface ToldOfText {
  problems: PageProblem[];
}

/** The value of a YAML file. Throws the given code with the line where it cannot be read. */
export async function readYamlFile({ path, code }: YamlFile): Promise<YamlValue & ToldOfText> {
  try {
    const { size } = await stat(path);
    if (size > MAX_YAML_CHARACTERS)
      throw new YamlProblem(`it has ${size} bytes; at most ${MAX_YAML_CHARACTERS} are read`, 1);
    const { content } = await readRegularFile(path);
    const { text, problems } = labText(content);
    return { ...readYaml(text), problems };
  } catch (cause) {
    const line = cause instanceof YamlProblem ? `, line ${cause.line}` : "";
    throw new WorkshopError(
      code,
      `${pathFromHere(path)}${line} cannot be read: ${await whyUnreadable(path, cause)}`,
      { cause },
    );
  }
}

/** The value of a YAML file, checked. Throws the given code with the line of every key that does not fit; `what` says what it is to describe. */
export async function readYamlAs<Schema extends z.ZodType>(
  schema: Schema,
  file: YamlFile,
  what: string,
): Promise<{ value: z.infer<Schema> } & ToldOfText> {
  const { value, lineOf, problems } = await readYamlFile(file);
  const read = schema.safeParse(value);
  if (read.success) return { value: read.data, problems };
  const issues = issueText(read.error.issues, ({ path, keys }) =>
    lineOf([...path, ...(keys?.slice(0, 1) ?? [])]),
  );
  throw new WorkshopError(file.code, `${pathFromHere(file.path)} does not describe ${what}: ${issues}`);
}
