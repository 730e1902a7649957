import { Command, Option } from "commander";
import { collectNames } from "../options.js";
import { examplesText } from "../program.js";
import { type PolicyTestFlags, TEST_FORMATS } from "../policy-test.js";

/** `lectern policy`: image policies without a cluster. */
export function policyCommand(): Command {
  return new Command("policy")
    .description("Judge files by image policies, without a server and without a cluster.")
    .addHelpText("after", examplesText(EXAMPLES))
    .addCommand(test());
}

function test(): Command {
  return new Command("test")
    .description(
      "Say which pods and workloads of files the image policies of files would refuse, as the cluster would. Status 1 where one is refused, or is not what its annotation policy.lectern.dev/expect says; 2 where a file cannot be read.",
    )
    .requiredOption(
      "-f, --filename <file>",
      "a file or folder of policies, exceptions, namespaces, pods and workloads, or - for standard input; may be repeated",
      collectNames,
    )
    .option("--image <image>", "an image to judge besides; may be repeated", collectNames)
    .option("-n, --namespace <namespace>", "of objects that name none", "default")
    .option("-k, --workspace-name <workspace>", "of namespaces that are not labelled for one")
    .option(
      "--at <time>",
      "judge as of this moment, such as 2030-01-31T12:00:00Z, at which exceptions hold or have expired",
    )
    .addOption(new Option("-o, --output <format>", "how to print it").choices(TEST_FORMATS).default("text"))
    .addHelpText("after", examplesText(EXAMPLES))
    .action(async ({ filename, ...flags }: PolicyTestFlags & { filename: string[] }) => {
      const { testPolicies } = await import("../policy-test.js");
      await testPolicies(filename, flags);
    });
}

const EXAMPLES = [
  "lectern policy test -f policies/ -f deployment.yaml",
  "lectern policy test -f no-latest.yaml --image nginx --image nginx:1.27",
  "helm template my-chart | lectern policy test -f policies/ -f - -n shop -o json",
];
