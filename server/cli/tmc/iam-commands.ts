import { Command, Option } from "commander";

import type { AccessPolicy, AccessPolicyList, ApiToken } from "../../../policy/common/access-api.js";
import { type Role, ROLES } from "../../../policy/common/roles.js";
import { examples, givenName, nameFlag, required, workspaceFlag } from "./flags.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

interface BoundUser {
  user: string;
  role: Role;
  place: string;
}

const BINDINGS: Table<BoundUser> = {
  columns: [
    ["USER", ({ user }) => user],
    ["ROLE", ({ role }) => role],
    ["BOUND ON", ({ place }) => place],
  ],
  empty: "No role bindings to list",
};

const TOKENS: Table<ApiToken> = {
  columns: [
    ["USER", ({ user }) => user],
    ["TOKEN", ({ token }) => token],
  ],
  empty: "No API tokens to list",
};

/** On a workspace, or else on the organization. */
interface Kind {
  hasWorkspace: boolean;
}

interface Options {
  name?: string;
  workspaceName?: string;
  role?: Role;
  user?: string;
  groups?: string;
  output?: OutputFormat;
}

/** `tmc organization iam ...`, `tmc workspace iam ...`: who may do what there. */
export function iamCommand(world: TmcWorld, kind: Kind): Command {
  const iam = new Command("iam").description("Who may do what: roles bound to users");
  addChange(iam, world, { kind, verb: "add-binding", op: "ADD", does: "Give a role to a user" });
  addChange(iam, world, { kind, verb: "remove-binding", op: "DELETE", does: "Take a role from a user" });
  const get = placed(iam.command("get-policy [name]"), kind)
    .description("List who has which role there, inherited ones first")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      const answer = (await world
        .connect()
        .call("GET", await pathOf(world, kind, positional, options))) as AccessPolicyList;
      const bound = answer.policyList.flatMap(boundUsers);
      world.print(await formatList(answer, bound, { format: options.output, table: BINDINGS }));
    });
  examples(get, `${commandOf(kind)} get-policy${example(kind)}`);
  if (!kind.hasWorkspace) addToken(iam, world);
  return iam;
}

function addChange(
  iam: Command,
  world: TmcWorld,
  { kind, verb, op, does }: { kind: Kind; verb: string; op: "ADD" | "DELETE"; does: string },
): void {
  const command = placed(iam.command(`${verb} [name]`), kind)
    .description(`${does}; it counts from the user's next request on`)
    .addOption(new Option("-r, --role <role>", "the role").choices(ROLES))
    .option("-u, --user <user>", "the user, such as alice or alice@example.com")
    .addOption(new Option("--groups <groups>", "there are no groups").hideHelp())
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      if (options.groups !== undefined)
        throw new TmcError("Unimplemented: there are no groups here; name each user with -u");
      const name = required(options.user, "-u USER");
      const role = required(options.role, "-r ROLE");
      const bindingDeltaList = [{ op, role, subject: { kind: "USER", name } }];
      const path = await pathOf(world, kind, positional, options);
      const { policy } = (await world.connect().call("PATCH", path, { bindingDeltaList })) as {
        policy: AccessPolicy;
      };
      const done = op === "ADD" ? `given to "${name}"` : `taken from "${name}"`;
      world.print(
        options.output === undefined
          ? `✔ role ${role} ${done} on ${placeOf(policy)}`
          : await formatList(policy, boundUsers(policy), { format: options.output, table: BINDINGS }),
      );
    });
  examples(command, `${commandOf(kind)} ${verb}${example(kind)} -r workspace.edit -u alice`);
}

function addToken(iam: Command, world: TmcWorld): void {
  const command = nameFlag(iam.command("create-api-token [name]"), "user")
    .description("Print what logs a user in as LECTERN_TOKEN, with the roles the user has at the time")
    .addOption(new Option("-u, --user <user>", "the same as its place among the arguments").hideHelp())
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      const user = givenName("user", positional, options.user ?? options.name);
      const answer = await world.connect().call("POST", "organization/api-tokens", { apiToken: { user } });
      const { apiToken } = answer as { apiToken: ApiToken };
      world.print(
        options.output === undefined
          ? apiToken.token
          : await formatObject(apiToken, { format: options.output, table: TOKENS }),
      );
    });
  examples(
    command,
    "tmc organization iam create-api-token alice",
    "LECTERN_TOKEN=$(tmc organization iam create-api-token alice) tmc workspace image-policy list -k my-workspace",
  );
}

function placed(command: Command, { hasWorkspace }: Kind): Command {
  nameFlag(command, hasWorkspace ? "workspace" : "organization");
  return hasWorkspace ? workspaceFlag(command, "the workspace") : command;
}

/** The organization may be left out: there is one. */
async function pathOf(
  world: TmcWorld,
  { hasWorkspace }: Kind,
  positional: string | undefined,
  { name, workspaceName }: Options,
): Promise<string> {
  if (hasWorkspace)
    return `workspaces:iam/${encodeURIComponent(givenName("workspace", positional, workspaceName ?? name))}`;
  const given = name ?? positional;
  if (given !== undefined) return `organization:iam/${encodeURIComponent(given)}`;
  const { organization } = (await world.connect().call("GET", "organization")) as {
    organization: { fullName: { orgId: string } };
  };
  return `organization:iam/${encodeURIComponent(organization.fullName.orgId)}`;
}

function boundUsers(policy: AccessPolicy): BoundUser[] {
  return policy.roleBindings.flatMap(({ role, subjects }) =>
    subjects.map(({ name }) => ({ user: name, role, place: placeOf(policy) })),
  );
}

function placeOf({ fullName }: AccessPolicy): string {
  return fullName.workspaceName === undefined ? "the organization" : `workspace "${fullName.workspaceName}"`;
}

function commandOf({ hasWorkspace }: Kind): string {
  return `tmc ${hasWorkspace ? "workspace" : "organization"} iam`;
}

function example({ hasWorkspace }: Kind): string {
  return hasWorkspace ? " my-workspace" : "";
}
