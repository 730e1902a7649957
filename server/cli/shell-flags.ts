import { type Command, Option } from "commander";
import { defaultPodShells, type PodShells } from "../config.js";
import { webAddress } from "./options.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** What `addShellFlags` reads. */
export interface ShellFlags {
  shells: "local" | "pods";
  shellsNamespace: string;
  shellImage: string;
  hostImage: string;
  shellUrl?: string;
  shellPullSecret?: string[];
}

/** Whether sessions have pods. */
export function shellsOption(): Option {
  return new Option("--shells <where>", "where shells run: on this machine, or in a pod for each session")
    .choices(["local", "pods"])
    .default("local");
}

/** Where learners' shells run; the same for every command that makes sessions. */
export function addShellFlags(command: Command): Command {
  return command
    .addOption(shellsOption())
    .option("--shells-namespace <name>", "namespace of those pods", defaultPodShells.namespace)
    .option("--shell-image <image>", "tool box of labs that name none", defaultPodShells.image)
    .option(
      "--host-image <image>",
      "image with this version of Lectern, from which the terminal host is brought into pods",
      defaultPodShells.hostImage,
    )
    .option(
      "--shell-pull-secret <name>",
      "Secret of that namespace with the credentials of the images' registry; may be repeated",
      (name: string, before: string[] | undefined) => [...(before ?? []), name],
    )
    .option(
      "--shell-url <url>",
      "where programs in pods reach Lectern, such as http://lectern.lectern.svc (default: the public address); a validation listens there",
      webAddress,
    );
}

/**
 * The part of a configuration that the flags make. Throws SERVER_USAGE for pods on the embedded cluster, which runs no containers.
 */
export function shellsOf(flags: ShellFlags & { kubeconfig?: string }): { pods?: PodShells } {
  if (!isInPods(flags)) return {};
  const { shellsNamespace: namespace, shellImage: image, hostImage, shellUrl: url } = flags;
  const pullSecrets = flags.shellPullSecret ?? [];
  return { pods: { namespace, image, hostImage, pullSecrets, ...(url !== undefined && { url }) } };
}

/** Whether shells are to be in pods. Throws SERVER_USAGE where they cannot be, on the embedded cluster. */
export function isInPods({
  shells,
  kubeconfig,
}: Pick<ShellFlags, "shells"> & { kubeconfig?: string }): boolean {
  if (shells === "local") return false;
  if (kubeconfig !== undefined) return true;
  throw new ServerError(
    serverErrorCodes.usage,
    "--shells pods needs a cluster that runs containers, and the embedded one does not: name one with --kubeconfig.",
  );
}
