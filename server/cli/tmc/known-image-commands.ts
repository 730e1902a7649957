import { Command } from "commander";

import type { KnownImage } from "../../../policy/common/known-image.js";
import type { KnownImageList } from "../../../policy/common/tmc-api.js";
import { examples } from "./flags.js";
import { formatList, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";

const KNOWN: Table<KnownImage> = {
  columns: [
    ["IMAGE", ({ image }) => image],
    ["DIGEST", ({ digest }) => digest ?? ""],
    ["MOVED", ({ moved }) => moved?.at ?? ""],
    ["SIGNATURES", ({ signatures = [] }) => signatures.map(signatureWord).join(", ")],
    ["PROBLEM", ({ problem }) => problem ?? "", "wide"],
    ["MOVED FROM", ({ moved }) => moved?.from ?? "", "wide"],
  ],
  empty: "Nothing is known of any image; a policy with --verify has those looked at that are in use",
};

/** `tmc image verify`: asks the registry now, and waits for it. */
export function verifyCommand(world: TmcWorld): Command {
  const verify = new Command("verify")
    .argument("<image>")
    .description(
      "Have Lectern ask the registry about an image now; a tag that was moved is taken as it is now",
    )
    .addOption(outputOption())
    .action(async (image: string, { output }: { output?: OutputFormat }) => {
      const answer = (await world
        .connect()
        .call("POST", "image-policies/verify", { image })) as KnownImageList;
      world.print(
        output === undefined
          ? answer.images.map(inWords).join("\n")
          : await formatList(answer, answer.images, { format: output, table: KNOWN }),
      );
    });
  examples(verify, "tmc image verify ghcr.io/team/app:1.2");
  return verify;
}

/** `tmc image list`: what is known. */
export function knownImagesCommand(world: TmcWorld): Command {
  const list = new Command("list")
    .description("List what registries told of the images that policies look at")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      const answer = (await world.connect().call("GET", "image-policies/known-images")) as KnownImageList;
      world.print(await formatList(answer, answer.images, { format: output, table: KNOWN }));
    });
  examples(list, "tmc image list -o wide");
  return list;
}

function inWords({ image, digest, problem, signatures = [] }: KnownImage): string {
  const head = digest === undefined ? `${image}: its digest is not known` : `${image}: ${digest}`;
  return [
    head,
    ...(problem === undefined ? [] : [`  ${problem}`]),
    ...signatures.map(({ reason }) => `  ${reason}`),
  ].join("\n");
}

function signatureWord({ verified }: { verified: boolean }): string {
  return verified ? "trusted" : "not trusted";
}
