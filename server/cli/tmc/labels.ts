import type { Command } from "commander";

import { collect } from "./flags.js";
import { TmcError } from "./tmc-error.js";

/** `-l, --labels env=prod,legacy-`. */
export function labelsFlag(command: Command): Command {
  return command.option(
    "-l, --labels <labels>",
    "labels to set, and with - after the key to remove: env=prod,legacy-",
    collect,
  );
}

/** The labels to set, and as `null` those to remove, of a flag and of the `meta` of a manifest. Throws `TmcError`. */
export function labelChanges(flags: string[] | undefined, meta: unknown): Record<string, string | null> {
  const changes = new Map<string, string | null>();
  for (const part of (flags ?? []).flatMap((flag) => flag.split(","))) {
    const [key, value] = changeOf(part);
    const before = changes.get(key);
    if (before !== undefined && before !== value)
      throw new TmcError(
        `InvalidArgument: expected one change of the label "${key}", and ${changeWords(before)} and ${changeWords(value)} were given; give the one that is meant`,
      );
    changes.set(key, value);
  }
  return { ...labelsOf(meta), ...Object.fromEntries(changes) };
}

function changeWords(value: string | null): string {
  return typeof value === "string" ? `"${value}"` : "its removal";
}

function changeOf(part: string): [string, string | null] {
  const at = part.indexOf("=");
  // What stands behind a second one is the value's, which the server refuses.
  if (at > 0) return [part.slice(0, at), part.slice(at + 1)];
  if (at < 0 && part.endsWith("-") && part.length > 1) return [part.slice(0, -1), null];
  // As the original, and as kubectl: what a script left out behind a comma is not guessed.
  if (part === "")
    throw new TmcError(
      "InvalidArgument: an empty label was given, or a comma with no label before or behind it; expected key=value to set one or key- to remove it, parted by commas",
    );
  throw new TmcError(
    `InvalidArgument: "${part}" is no label; expected key=value to set one or key- to remove it, parted by commas`,
  );
}

function labelsOf(meta: unknown): Record<string, string> {
  if (typeof meta !== "object" || meta === null || !("labels" in meta)) return {};
  const { labels } = meta;
  return typeof labels === "object" && labels !== null ? { ...(labels as Record<string, string>) } : {};
}
