import { Command } from "commander";

import type { PermissionsView } from "../../../policy/common/access-api.js";
import type { Permissions } from "../../../policy/common/roles.js";
import type { OrganizationView } from "../../../policy/common/tmc-api.js";
import { examples, givenName, locationFlags, nameFlag } from "./flags.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

/** The one context there is, in the original's shape: a terminal of a session is logged in to the organization of that session. */
interface Context {
  full_name: { name: string };
  spec: {
    orgId: string;
    endpoint: string;
    env: { MANAGEMENT_CLUSTER_NAME: "attached"; PROVISIONER_NAME: "attached" };
  };
  status: { userName: string; permissions: string[] };
}

const CONTEXTS: Table<Context> = {
  columns: [
    ["CURRENT", () => "*"],
    ["NAME", ({ full_name }) => full_name.name],
    ["ENDPOINT", ({ spec }) => spec.endpoint],
    ["ORGANIZATION", ({ spec }) => spec.orgId],
    ["USER", ({ status }) => status.userName, "wide"],
    ["ROLES", ({ status }) => status.permissions.join(","), "wide"],
    ["MANAGEMENTCLUSTER", ({ spec }) => spec.env.MANAGEMENT_CLUSTER_NAME, "wide"],
    ["PROVISIONER", ({ spec }) => spec.env.PROVISIONER_NAME, "wide"],
  ],
  empty: "No contexts to list",
};

/** `tmc login`: there is nothing to type, so it says who is logged in, or why nobody is. */
export function loginCommand(world: TmcWorld): Command {
  const login = new Command("login")
    .description("Say where this terminal is logged in; LECTERN_URL and LECTERN_TOKEN log it in")
    .option("-n, --name <context>", "accepted for compatibility; the context is named after its organization")
    .option("-c, --no-configure", "accepted for compatibility; there are no defaults to ask for")
    .action(async () => {
      const { full_name, spec } = await readContext(world);
      world.print(`✔ logged in to organization "${full_name.name}" at ${spec.endpoint}`);
    });
  return examples(login, "tmc login --no-configure");
}

/** `tmc system context ...` */
export function systemCommand(world: TmcWorld): Command {
  const context = new Command("context").description("Where this terminal is logged in");
  const list = context
    .command("list")
    .description("List the contexts: the one of this terminal")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      const contexts = [await readContext(world)];
      world.print(await formatList({ contexts }, contexts, { format: output, table: CONTEXTS }));
    });
  examples(list, "tmc system context list");
  const current = context
    .command("current")
    .description("Show the context of this terminal")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      world.print(await formatObject(await readContext(world), { format: output, table: CONTEXTS }));
    });
  examples(current, "tmc system context current -o json");
  const use = nameFlag(context.command("use [name]"), "context")
    .description("Accepts the one context there is")
    .action(async (positional: string | undefined, options: { name?: string }) => {
      const name = givenName("context", positional, options.name);
      const { full_name: own } = await readContext(world);
      if (name !== own.name)
        throw new TmcError(`NotFound: context "${name}" not found; this terminal has "${own.name}" only`);
      world.print(`✔ context "${name}" is in use`);
    });
  examples(use, "tmc system context use my-organization");
  context.addCommand(configureCommand(world));
  return new Command("system").description("What tmc knows of itself").addCommand(context);
}

/** `tmc system context configure` and `tmc configure`: takes the defaults there are, and no others. */
export function configureCommand(world: TmcWorld): Command {
  const configure = locationFlags(new Command("configure"))
    .description("Take the defaults of this terminal; there are no others")
    .option("-l, --log-level <level>", "accepted for compatibility; tmc prints errors only")
    .action(() => {
      world.print('✔ management cluster and provisioner are "attached"; nothing had to be changed');
    });
  return examples(configure, "tmc system context configure -m attached -p attached -l info");
}

/** Asks the server, so that a context is only shown where its token is still good. */
async function readContext(world: TmcWorld): Promise<Context> {
  const api = world.connect();
  const [{ organization }, { user, permissions }] = await Promise.all([
    api.call("GET", "organization") as Promise<{ organization: OrganizationView }>,
    api.call("GET", "permissions") as Promise<PermissionsView>,
  ]);
  const { name, orgId } = organization.fullName;
  return {
    full_name: { name },
    spec: {
      orgId,
      endpoint: api.endpoint,
      env: { MANAGEMENT_CLUSTER_NAME: "attached", PROVISIONER_NAME: "attached" },
    },
    status: { userName: user, permissions: rolesOf(permissions) },
  };
}

/** The roles that what one may do amounts to; those of a single workspace with its name. */
function rolesOf({ organization, workspaces, workspace }: Permissions): string[] {
  return [
    ...(organization === undefined ? [] : [`organization.${organization}`]),
    ...(workspaces === undefined ? [] : [`workspace.${workspaces}`]),
    ...Object.entries(workspace).map(([name, level]) => `workspace.${level}(${name})`),
  ];
}
