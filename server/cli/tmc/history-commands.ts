import { Command } from "commander";

import {
  type Change,
  type ChangeList,
  compareRevisions,
  describeFieldChange,
} from "../../../policy/common/history-api.js";
import { dryRunFlag, examples, givenName, nameFlag, required, workspaceFlag } from "./flags.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

const REVISIONS: Table<Change> = {
  columns: [
    ["REVISION", ({ revision }) => String(revision)],
    ["TIME", ({ time }) => time],
    ["USER", ({ user, via }) => (via === "cluster" ? "(in the cluster)" : user)],
    ["ACTION", ({ action }) => action],
    ["CHANGED", changedFields],
  ],
  empty: "No changes to list",
};

const CHANGES: Table<Change> = {
  ...REVISIONS,
  columns: [
    ["TIME", ({ time }) => time],
    ["USER", ({ user, via }) => (via === "cluster" ? "(in the cluster)" : user)],
    ["KIND", ({ kind }) => kind],
    ["NAME", ({ name }) => name],
    ["ACTION", ({ action }) => action],
    ["REVISION", ({ revision }) => String(revision)],
    ["CHANGED", changedFields, "wide"],
    ["ID", ({ id }) => id, "wide"],
  ],
};

/** On a workspace, or else on the organization. */
interface Kind {
  hasWorkspace: boolean;
}

interface Options {
  name?: string;
  workspaceName?: string;
  revision?: string;
  dryRun?: boolean;
  output?: OutputFormat;
}

/** `... image-policy history`: the revisions of a policy, or what one of them changed. */
export function policyHistoryCommand(world: TmcWorld, kind: Kind): Command {
  const command = placed(nameFlag(new Command("history").argument("[name]"), "policy"), kind)
    .description("List the revisions of a policy, newest first, or show what one of them changed")
    .option("--revision <number>", "what this revision changed")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      const name = givenName("policy", positional, options.name);
      const { revision, output: format } = options;
      const answer = await policyChanges(world, { kind, options, name });
      if (revision === undefined) {
        world.print(await formatList(answer, answer.changes, { format, table: REVISIONS }));
        return;
      }
      const change = revisionOf(answer, name, revision);
      world.print(
        format === undefined ? comparison(change) : await formatObject(change, { format, table: REVISIONS }),
      );
    });
  const of = example(kind);
  return examples(
    command,
    `${commandOf(kind)} history no-busybox${of}`,
    `${commandOf(kind)} history no-busybox${of} --revision 2`,
  );
}

/** `... image-policy restore`: makes a policy what it was. */
export function restoreCommand(world: TmcWorld, kind: Kind): Command {
  const command = placed(nameFlag(new Command("restore").argument("[name]"), "policy"), kind)
    .description("Make a policy what it was in a revision, also where it was deleted since")
    .option("--revision <number>", "the revision, as the history lists it")
    .action(async (positional: string | undefined, options: Options) => {
      const name = givenName("policy", positional, options.name);
      const revision = required(options.revision, "--revision NUMBER");
      const change = revisionOf(await policyChanges(world, { kind, options, name }), name, revision);
      const query = options.dryRun === true ? "?dryRun=true" : "";
      const path = `${placeOf(kind, options)}/history/${encodeURIComponent(change.id)}/restore${query}`;
      await world.connect().call("POST", path);
      world.print(
        options.dryRun === true
          ? `✔ image policy "${name}" would be again what it was in revision ${revision} (dry run)`
          : `✔ image policy "${name}" is again what it was in revision ${revision}`,
      );
    });
  return examples(dryRunFlag(command), `${commandOf(kind)} restore no-busybox${example(kind)} --revision 2`);
}

/** `tmc workspace history`, `tmc organization history`: all that was changed there. */
export function placeHistoryCommand(world: TmcWorld, kind: Kind): Command {
  const command = new Command("history")
    .description("List what was changed there: policies, attachments, exceptions, roles; newest first")
    .addOption(outputOption());
  if (kind.hasWorkspace) workspaceFlag(nameFlag(command.argument("[name]"), "workspace"), "the workspace");
  command.action(async (...args: unknown[]) => {
    const options = args.at(-2) as Options;
    const positional = kind.hasWorkspace ? (args[0] as string | undefined) : undefined;
    const workspace = kind.hasWorkspace
      ? givenName("workspace", positional, options.workspaceName ?? options.name)
      : undefined;
    const place = placeOf(kind, { ...(workspace !== undefined && { workspaceName: workspace }) });
    const answer = (await world.connect().call("GET", `${place}/history`)) as ChangeList;
    world.print(await formatList(answer, answer.changes, { format: options.output, table: CHANGES }));
  });
  return examples(
    command,
    `tmc ${kind.hasWorkspace ? "workspace history my-workspace" : "organization history"} -o wide`,
  );
}

async function policyChanges(
  world: TmcWorld,
  { kind, options, name }: { kind: Kind; options: Options; name: string },
): Promise<ChangeList> {
  const path = `${placeOf(kind, options)}/history?kind=policy&name=${encodeURIComponent(name)}`;
  return (await world.connect().call("GET", path)) as ChangeList;
}

function revisionOf({ changes }: ChangeList, name: string, revision: string): Change {
  const found = changes.find((change) => String(change.revision) === revision);
  if (found) return found;
  const kept = changes.map((change) => String(change.revision)).join(", ") || "none";
  throw new TmcError(
    `NotFound: revision ${revision} of image policy "${name}" is not kept; there are these: ${kept}`,
  );
}

function comparison({ before, after }: Change): string {
  if (before === undefined) return "What was before is kept no longer; -o yaml shows what it became.";
  const fields = compareRevisions(before, after);
  return fields.length === 0 ? "Nothing was changed." : fields.map(describeFieldChange).join("\n");
}

/** The fields, where there was something before and is after. */
function changedFields({ before, after }: Change): string {
  if (before === null || after === null || before === undefined) return "";
  return compareRevisions(before, after)
    .map(({ path }) => path)
    .join(",");
}

function placed(command: Command, { hasWorkspace }: Kind): Command {
  return hasWorkspace ? workspaceFlag(command, "the workspace the policy is set on") : command;
}

function placeOf({ hasWorkspace }: Kind, { workspaceName }: Options): string {
  if (!hasWorkspace) return "organization";
  return `workspaces/${encodeURIComponent(required(workspaceName, "--workspace-name WORKSPACE"))}`;
}

function commandOf({ hasWorkspace }: Kind): string {
  return `tmc ${hasWorkspace ? "workspace" : "organization"} image-policy`;
}

function example({ hasWorkspace }: Kind): string {
  return hasWorkspace ? " -k my-workspace" : "";
}
