import { Command } from "commander";

import { parseWorkload } from "../../../policy/common/exception.js";
import type { ExplainAnswer, ExplainRequest } from "../../../policy/common/tmc-api.js";
import type { ImageVerdict, PolicyVerdict } from "../../../policy/common/verdict.js";
import { originWords, policyLines, verdictWord } from "../verdict-lines.js";
import { clusterFlag, examples, required } from "./flags.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { knownImagesCommand, verifyCommand } from "./known-image-commands.js";
import { TmcError } from "./tmc-error.js";

interface ExplainOptions {
  name?: string;
  clusterName?: string;
  pod?: string;
  workload?: string;
  output?: OutputFormat;
}

interface Row {
  container: string;
  image: string;
  policy: PolicyVerdict;
}

const VERDICTS: Table<Row> = {
  columns: [
    ["CONTAINER", ({ container }) => container],
    ["IMAGE", ({ image }) => image],
    ["POLICY", ({ policy }) => policy.name],
    ["SET ON", ({ policy }) => originWords(policy.origin)],
    ["VERDICT", ({ policy }) => verdictWord(policy)],
    ["REASON", ({ policy }) => policy.reason],
    ["ADVICE", ({ policy }) => policy.advice ?? "", "wide"],
    ["MEANING", ({ policy }) => policy.meaning, "wide"],
  ],
  empty: "No image policy holds there",
};

/** `tmc image explain`: the same evaluator as the console's, asked for one namespace. */
export function imageCommand(world: TmcWorld): Command {
  const image = new Command("image").description("What the policies of a namespace say to an image");
  const explain = clusterFlag(
    image.command("explain [image]"),
    "the cluster the namespace is on (default: the home of the policies)",
  )
    .description("Say whether an image may run in a namespace, by which policy and rule, and what would pass")
    .option("-n, --name <namespace>", "the namespace")
    .option("--pod <pod>", "instead of an image: every image of this pod")
    .option(
      "--workload <workload>",
      "instead of an image: what its next pods would have, such as deployment/web",
    )
    .addOption(outputOption())
    .action((given: string | undefined, options: ExplainOptions) => explainImage(world, given, options));
  examples(
    explain,
    "tmc image explain busybox -n my-namespace",
    "tmc image explain --pod web-0 -n my-namespace -o wide",
    "tmc image explain --workload deployment/web -n my-namespace",
  );
  image.addCommand(verifyCommand(world));
  image.addCommand(knownImagesCommand(world));
  return image;
}

async function explainImage(
  world: TmcWorld,
  image: string | undefined,
  { output, ...options }: ExplainOptions,
): Promise<void> {
  const question = questionOf(image, options);
  const answer = (await world.connect().call("POST", "image-policies/explain", question)) as ExplainAnswer;
  if (output === "json" || output === "yaml") {
    world.print(await formatObject(answer, { format: output, table: { columns: [], empty: "" } }));
    return;
  }
  if (output === undefined) {
    world.print(answer.images.map((each) => inWords(answer, each.container, each.verdict)).join("\n"));
    return;
  }
  const rows = answer.images.flatMap(({ container, verdict }) =>
    verdict.policies.map((policy) => ({ container, image: verdict.image, policy })),
  );
  world.print(await formatList(answer, rows, { format: output, table: VERDICTS }));
}

function questionOf(
  image: string | undefined,
  { name, clusterName, pod, workload: text }: ExplainOptions,
): ExplainRequest {
  const place = { namespace: required(name, "-n"), ...(clusterName !== undefined && { clusterName }) };
  if ([image, pod, text].filter((each) => each !== undefined).length !== 1)
    throw new TmcError(
      "InvalidArgument: expected one of an image, --pod and --workload; say tmc image explain busybox -n NS",
    );
  if (image !== undefined) return { ...place, image };
  if (pod !== undefined) return { ...place, pod };
  const workload = parseWorkload(text ?? "");
  if (workload) return { ...place, workload };
  throw new TmcError(
    `InvalidArgument: --workload "${String(text)}" is no workload; write its kind and name, such as deployment/web`,
  );
}

function inWords({ namespace, managed }: ExplainAnswer, container: string, verdict: ImageVerdict): string {
  const { image, reference, problem, allowed, policies } = verdict;
  const of = container === "" ? "" : ` (container ${container})`;
  const head = `${image}${of}: ${allowed ? "allowed" : "refused"} in namespace "${namespace}"`;
  const read = reference
    ? `  read as host ${reference.host}, name ${reference.path}, tag ${reference.effectiveTag || "none"}, digest ${reference.digest || "none"}`
    : `  no image reference: ${problem ?? ""}`;
  const place = managed ? [] : ["  the namespace is in no workspace, so no image policy holds there"];
  return [head, read, ...place, ...policies.flatMap(policyLines)].join("\n");
}
