import { readFile, stat } from "node:fs/promises";
import { LineCounter, isMap, isNode, isScalar, parse, parseDocument } from "yaml";
import { type SchemaIssue, issueText } from "../common/issue-text.js";
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

/** What a schema found wrong with a YAML file, each with its line, from 1. */
export async function issuesInFile(file: string, issues: readonly SchemaIssue[]): Promise<string> {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, "utf8"), { lineCounter: lines });
  return issueText(issues, (issue) => {
    const at = keyOffset(document, issue);
    return at === undefined ? undefined : lines.linePos(at).line;
  });
}

/** Where the wrong key stands; for one that is missing, what it is missing from. */
function keyOffset(document: ReturnType<typeof parseDocument>, issue: SchemaIssue): number | undefined {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const key = issue.keys?.[0] ?? path.pop();
  const parent = path.length > 0 ? document.getIn(path, true) : document.contents;
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair && isNode(pair.key)) return pair.key.range?.[0];
  }
  const item = isNode(parent) && key !== undefined ? document.getIn([...path, key], true) : undefined;
  const node = isNode(item) ? item : parent;
  return isNode(node) ? node.range?.[0] : undefined;
}
