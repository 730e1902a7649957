import type { Command } from "commander";

import { TmcError } from "./tmc-error.js";

/** `-l, --labels env=prod,legacy-`. */
export function labelsFlag(command: Command): Command {
  return command.option(
    "-l, --labels <labels>",
    "labels to set, and with - after the key to remove: env=prod,legacy-",
  );
}

/** The labels to set, and as `null` those to remove, of a flag and of the `meta` of a manifest. Throws `TmcError`. */
export function labelChanges(flag: string | undefined, meta: unknown): Record<string, string | null> {
  return { ...labelsOf(meta), ...Object.fromEntries(partsOf(flag).map(changeOf)) };
}

function partsOf(flag: string | undefined): string[] {
  return (flag ?? "").split(",").filter((part) => part !== "");
}

function changeOf(part: string): [string, string | null] {
  const [key = "", value] = part.split("=");
  if (value !== undefined && key !== "") return [key, value];
  if (part.endsWith("-") && part.length > 1) return [part.slice(0, -1), null];
  throw new TmcError(
    `InvalidArgument: "${part}" is no label; expected key=value to set one or key- to remove it, parted by commas`,
  );
}

function labelsOf(meta: unknown): Record<string, string> {
  if (typeof meta !== "object" || meta === null || !("labels" in meta)) return {};
  const { labels } = meta;
  return typeof labels === "object" && labels !== null ? { ...(labels as Record<string, string>) } : {};
}
