import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { ServeConfig } from "../config.js";
import { duration } from "./options.js";

/** What `addMemberFlags` reads. */
export interface MemberFlags {
  member?: GivenMember[];
  allowCluster?: string[];
  memberLease?: number;
  registries?: string;
}

interface GivenMember {
  name: string;
  kubeconfig: string;
}

/** Further clusters, besides the one that Lectern is on, and the registries whose images may be asked about. */
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
    )
    .option(
      "--member-lease <duration>",
      "how long a further cluster admits pods to attached namespaces without word from here, such as 15m, 30s at the least (default: for ever, by what it was told last)",
      lease,
    )
    .option(
      "--registries <file>",
      "the registries that may be asked what tags of images mean and who signed them (default: none)",
      (file: string) => resolve(file),
    );
}

/** The part of a configuration that the flags make. */
export function membersOf({
  member,
  allowCluster,
  memberLease,
}: MemberFlags): Pick<ServeConfig, "members" | "allowClusters" | "memberLeaseMs"> {
  return {
    ...(member && { members: Object.fromEntries(member.map(({ name, kubeconfig }) => [name, kubeconfig])) }),
    ...(allowCluster && { allowClusters: allowCluster }),
    ...(memberLease !== undefined && { memberLeaseMs: memberLease }),
  };
}

/** A member is looked at every five seconds, and a lease renewed three times before it ends. */
const MIN_LEASE_MS = 30_000;

function lease(value: string): number {
  const leaseMs = duration(value);
  if (leaseMs >= MIN_LEASE_MS) return leaseMs;
  throw new InvalidArgumentError(
    "Expected 30s or longer, such as 15m: it is renewed while the cluster answers.",
  );
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
