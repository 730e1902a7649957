import { Command } from "commander";

import type { Violation, ViolationList } from "../../../policy/common/tmc-api.js";
import { describeViolations, workloadText } from "../../../policy/common/violation-words.js";
import { examples, nameFlag, workspaceFlag } from "./flags.js";
import { formatList, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";

const VIOLATIONS: Table<Violation> = {
  columns: [
    ["POLICY", ({ policy }) => policy],
    [
      "NAMESPACE",
      ({ cluster, namespace }) => (cluster === undefined ? namespace : `${cluster}/${namespace}`),
    ],
    ["WORKLOAD", ({ workload }) => workloadText(workload)],
    ["CONTAINER", ({ container }) => container],
    ["IMAGE", ({ image }) => image],
    ["PODS", ({ pods }) => String(pods)],
    ["DRY RUN", ({ dryRun }) => String(dryRun)],
    ["SINCE", ({ since }) => since],
    ["SET ON", ({ origin }) => (origin.kind === "workspace" ? origin.workspace : "organization"), "wide"],
    ["REASON", ({ reason }) => reason, "wide"],
  ],
  empty: "Nothing that runs violates the image policies",
};

interface ViolationOptions {
  name?: string;
  workspaceName?: string;
  output?: OutputFormat;
}

/** `... image-policy violations [policy]`: what runs, or would like to, against the policies set there. */
export function violationsCommand(world: TmcWorld, kind: { hasWorkspace: boolean }): Command {
  const command = nameFlag(new Command("violations").argument("[policy]"), "policy")
    .description("List what runs against the policies set there and would not be admitted again")
    .addOption(outputOption());
  if (kind.hasWorkspace) workspaceFlag(command, "only policies of this workspace");
  command.action((positional: string | undefined, { name = positional, ...options }: ViolationOptions) =>
    print(
      world,
      options.output,
      ({ origin, policy }) =>
        origin.kind === (kind.hasWorkspace ? "workspace" : "organization") &&
        (options.workspaceName === undefined ||
          (origin.kind === "workspace" && origin.workspace === options.workspaceName)) &&
        (name === undefined || policy === name),
    ),
  );
  const verb = kind.hasWorkspace ? "workspace" : "organization";
  const where = kind.hasWorkspace ? " --workspace-name my-workspace" : "";
  return examples(command, `tmc ${verb} image-policy violations${where} -o wide`);
}

/** `tmc policy insights list`: the same of all policies of the organization, by the name of the original's page; `list` may be left away. */
export function insightsCommand(world: TmcWorld): Command {
  const insights = new Command("insights").description("What runs against the policies");
  const list = insights
    .command("list", { isDefault: true })
    .description("List what runs against the policies of the organization and of all of its workspaces")
    .addOption(outputOption())
    .action(({ output }: ViolationOptions) => print(world, output, () => true));
  examples(list, "tmc policy insights list -o json");
  return insights;
}

async function print(
  world: TmcWorld,
  format: OutputFormat | undefined,
  isMeant: (violation: Violation) => boolean,
): Promise<void> {
  const all = (await world.connect().call("GET", "image-policies/violations")) as ViolationList;
  const violations = all.violations.filter(isMeant);
  const answer: ViolationList = { violations, totalCount: String(violations.length) };
  const text = await formatList(answer, violations, { format, table: VIOLATIONS });
  world.print(format === undefined && violations.length > 0 ? `${text}\n\n${summary(violations)}` : text);
}

/** A line for each policy: what it keeps out and what would not come back. */
function summary(violations: Violation[]): string {
  return [...new Set(violations.map(policyKey))]
    .map((key) => violations.filter((each) => policyKey(each) === key))
    .map((of) => `${of[0]?.policy ?? ""}: ${describeViolations(of)}`)
    .join("\n");
}

function policyKey({ policy, origin }: Violation): string {
  return JSON.stringify([policy, origin]);
}
