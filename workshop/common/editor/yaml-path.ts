import { EditProblem } from "./edit-problem.js";

/** A key, an item by its number from 0, or the item that has a key of that value. */
export type YamlStep = string | number | { key: string; value: string };

const STEP = /\.?(?:([^.[\]"']+)|\["([^"]*)"\]|\['([^']*)'\]|\[(\d+)\]|\[([^\]=]+)=([^\]]*)\])/y;

/** Reads `spec.containers[name=web].ports[0]`, `metadata.labels["odd.key"]`. Throws EditProblem. */
export function yamlPath(text: string): YamlStep[] {
  const steps: YamlStep[] = [];
  STEP.lastIndex = 0;
  const path = text.trim();
  while (STEP.lastIndex < path.length) {
    const at = STEP.lastIndex;
    const found = STEP.exec(path);
    if (!found) throw new EditProblem(`the path ${text} cannot be read from ${path.slice(at)} on`);
    const [, word, double, single, number, key, value] = found;
    if (number !== undefined) steps.push(Number(number));
    else if (key !== undefined) steps.push({ key: key.trim(), value: unquoted(value ?? "") });
    else steps.push(word ?? double ?? single ?? "");
  }
  return steps;
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value.trim()) ? value.trim().slice(1, -1) : value.trim();
}
