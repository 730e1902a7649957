import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { ServeConfig } from "../config.js";

/** What `addMemberFlags` reads. */
export interface MemberFlags {
  member?: GivenMember[];
  allowCluster?: string[];
}

interface GivenMember {
  name: string;
  kubeconfig: string;
}

/** Further clusters, besides the one that Lectern is on. */
export function addMemberFlags(command: Command): Command {
  return command
    .option(
      "--member <name=file>",
      "a further cluster that organizations may attach by this name, with its kubeconfig; may be repeated",
      collectMember,
    )
    .option(
      "--allow-cluster <address>",
      "API server that organizations may attach by kubeconfigs of their own, such as 10.0.0.7:6443, a host, or any; may be repeated (default: none)",
      collectAddress,
    );
}

/** The part of a configuration that the flags make. */
export function membersOf({
  member,
  allowCluster,
}: MemberFlags): Pick<ServeConfig, "members" | "allowClusters"> {
  return {
    ...(member && { members: Object.fromEntries(member.map(({ name, kubeconfig }) => [name, kubeconfig])) }),
    ...(allowCluster && { allowClusters: allowCluster }),
  };
}

function collectMember(value: string, previous: GivenMember[] = []): GivenMember[] {
  const [, name = "", file = ""] = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)=(.+)$/.exec(value) ?? [];
  if (name === "")
    throw new InvalidArgumentError(
      "Expected the name of the cluster and the file of its kubeconfig, such as staging=/etc/lectern/staging.yaml.",
    );
  if (previous.some((each) => each.name === name))
    throw new InvalidArgumentError(`There are two clusters called ${name}. Give each a name of its own.`);
  return [...previous, { name, kubeconfig: resolve(file) }];
}

function collectAddress(value: string, previous: string[] = []): string[] {
  const address = value.toLowerCase();
  if (address === "any" || /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.test(address))
    return [...previous, address];
  throw new InvalidArgumentError("Expected HOST, HOST:PORT or any, without a scheme or path.");
}
