import { Command, Option } from "commander";

import type { AccessPolicy, AccessPolicyList, ApiToken } from "../../../policy/common/access-api.js";
import { type BindingDelta, type Role, ROLES, type Subject } from "../../../policy/common/roles.js";
import { examples, givenName, nameFlag, required, workspaceFlag } from "./flags.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";

type BoundSubject = Subject & { role: Role; place: string };

const BINDINGS: Table<BoundSubject> = {
  columns: [
    ["SUBJECT", ({ name }) => name],
    ["ROLE", ({ role }) => role],
    ["BOUND ON", ({ place }) => place],
    ["KIND", ({ kind }) => kind],
  ],
  empty: "No role bindings to list",
};

const TOKENS: Table<ApiToken> = {
  columns: [
    ["USER", ({ user }) => user],
    ["GROUPS", ({ groups }) => groups.join(","), "wide"],
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
  const iam = new Command("iam").description("Who may do what: roles bound to users and groups");
  addChange(iam, world, { kind, verb: "add-binding", op: "ADD", does: "Give a role to a user or to groups" });
  addChange(iam, world, {
    kind,
    verb: "remove-binding",
    op: "DELETE",
    does: "Take a role from a user or from groups",
  });
  const get = placed(iam.command("get-policy [name]"), kind)
    .description("List who has which role there, inherited ones first")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      const answer = (await world
        .connect()
        .call("GET", await pathOf(world, kind, positional, options))) as AccessPolicyList;
      const bound = answer.policyList.flatMap(boundSubjects);
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
    .description(`${does}; it counts from their next request on`)
    .addOption(new Option("-r, --role <role>", "the role").choices(ROLES))
    .option("-u, --user <user>", "the user, such as alice or alice@example.com")
    .option("--groups <groups>", "groups, with commas between them, such as team-blue,qa")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      const subjects = subjectsOf(options);
      const role = required(options.role, "-r ROLE") as Role;
      const bindingDeltaList = subjects.map((subject): BindingDelta => ({ op, role, subject }));
      const path = await pathOf(world, kind, positional, options);
      const { policy } = (await world.connect().call("PATCH", path, { bindingDeltaList })) as {
        policy: AccessPolicy;
      };
      const whom = subjects.map(describeSubject).join(", ");
      const done = op === "ADD" ? `given to ${whom}` : `taken from ${whom}`;
      world.print(
        options.output === undefined
          ? `✔ role ${role} ${done} on ${placeOf(policy)}`
          : await formatList(policy, boundSubjects(policy), { format: options.output, table: BINDINGS }),
      );
    });
  const start = `${commandOf(kind)} ${verb}${example(kind)} -r workspace.edit`;
  examples(command, `${start} -u alice`, `${start} --groups team-blue`);
}

/** Whom the flags name: a user, groups, or both. */
function subjectsOf({ user, groups }: Options): Subject[] {
  const named: Subject[] = splitGroups(groups).map((name) => ({ kind: "GROUP", name }));
  if (user === undefined && named.length > 0) return named;
  return [{ kind: "USER", name: required(user, "-u USER or --groups GROUP") }, ...named];
}

function splitGroups(groups = ""): string[] {
  return groups.split(",").flatMap((name) => name.trim() || []);
}

function describeSubject({ kind, name }: Subject): string {
  return kind === "USER" ? `"${name}"` : `group "${name}"`;
}

function addToken(iam: Command, world: TmcWorld): void {
  const command = nameFlag(iam.command("create-api-token [name]"), "user")
    .description(
      "Print what logs a user in as LECTERN_TOKEN, with the roles the user and the groups have at the time",
    )
    .addOption(new Option("-u, --user <user>", "the same as its place among the arguments").hideHelp())
    .option("--groups <groups>", "the groups the user belongs to, with commas between them")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      const user = givenName("user", positional, options.user ?? options.name);
      const asked = { user, groups: splitGroups(options.groups) };
      const answer = await world.connect().call("POST", "organization/api-tokens", { apiToken: asked });
      const { apiToken } = answer as { apiToken: ApiToken };
      world.print(
        options.output === undefined
          ? apiToken.token
          : await formatObject(apiToken, { format: options.output, table: TOKENS }),
      );
    });
  examples(
    command,
    "tmc organization iam create-api-token alice --groups team-blue",
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

function boundSubjects(policy: AccessPolicy): BoundSubject[] {
  return policy.roleBindings.flatMap(({ role, subjects }) =>
    subjects.map((subject) => ({ ...subject, role, place: placeOf(policy) })),
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
