import { Command } from "commander";

import type { OrganizationView } from "../../../policy/common/tmc-api.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

/** The one context there is: a terminal of a session is logged in to the organization of that session. */
interface Context {
  name: string;
  endpoint: string;
  organization: string;
  managementClusterName: string;
  provisionerName: string;
}

const CONTEXTS: Table<Context> = {
  columns: [
    ["CURRENT", () => "*"],
    ["NAME", ({ name }) => name],
    ["ENDPOINT", ({ endpoint }) => endpoint],
    ["ORGANIZATION", ({ organization }) => organization],
  ],
  empty: "No contexts to list",
};

/** `tmc login`: there is nothing to type, so it says who is logged in, or why nobody is. */
export function loginCommand(world: TmcWorld): Command {
  return new Command("login")
    .description("Say where this terminal is logged in; LECTERN_URL and LECTERN_TOKEN log it in")
    .option("-n, --name <context>", "accepted for compatibility; the context is named after its organization")
    .option("--no-configure", "accepted for compatibility; there are no defaults to ask for")
    .action(async () => {
      const { organization, endpoint } = await readContext(world);
      world.print(`✔ logged in to organization "${organization}" at ${endpoint}`);
    });
}

/** `tmc system context ...` */
export function systemCommand(world: TmcWorld): Command {
  const context = new Command("context").description("Where this terminal is logged in");
  context
    .command("list")
    .description("List the contexts: the one of this terminal")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      const contexts = [await readContext(world)];
      world.print(await formatList({ contexts }, contexts, { format: output, table: CONTEXTS }));
    });
  context
    .command("current")
    .description("Show the context of this terminal")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      world.print(await formatObject(await readContext(world), output));
    });
  context
    .command("use <name>")
    .description("Accepts the one context there is")
    .action(async (name: string) => {
      const { name: own } = await readContext(world);
      if (name !== own)
        throw new TmcError(`NotFound: context "${name}" not found; this terminal has "${own}" only`);
      world.print(`✔ context "${name}" is in use`);
    });
  return new Command("system").description("What tmc knows of itself").addCommand(context);
}

/** Asks the server, so that a context is only shown where its token is still good. */
async function readContext(world: TmcWorld): Promise<Context> {
  const api = world.connect();
  const { organization } = (await api.call("GET", "organization")) as { organization: OrganizationView };
  const { name } = organization.fullName;
  return {
    name,
    endpoint: api.endpoint,
    organization: name,
    managementClusterName: "attached",
    provisionerName: "attached",
  };
}
