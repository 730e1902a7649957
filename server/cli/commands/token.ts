import { Command, Option } from "commander";
import {
  TOKEN_ROLES,
  type InstructorTokenView,
  type IssuedToken,
  type NewInstructorToken,
  type TokenRole,
} from "../../../workshop/common/account-api.js";
import { readEnvironment } from "../../config.js";
import { callInstructorApi } from "../instructor-client.js";
import { path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { formatTable } from "../table.js";
import { terminalText } from "../terminal-text.js";

const MAX_DAYS = 3_650;

/** `lectern token`: tokens of instructors and helpers, one each, which can be revoked one by one. */
export function tokenCommand(): Command {
  return new Command("token")
    .description("Make, list and revoke tokens that instructors and helpers log in with.")
    .addHelpText("after", examplesText(["lectern token create anna", "lectern token list"]))
    .addCommand(create())
    .addCommand(list())
    .addCommand(revoke());
}

interface CreateFlags {
  data: string;
  role: TokenRole;
  days?: number;
}

function create(): Command {
  return withData(new Command("create"))
    .description("Make a token for one person and print it; it is not shown again.")
    .argument("<name>", "whose it is: letters, digits, dots, hyphens or @")
    .addOption(
      new Option(
        "--role <role>",
        "an instructor may do all but this; a helper looks, helps and gives more time",
      )
        .choices(TOKEN_ROLES)
        .default("instructor"),
    )
    .option("--days <number>", "how long it is good (default: until it is revoked)", wholeNumber(1, MAX_DAYS))
    .addHelpText("after", examplesText(["lectern token create ben --role helper --days 2"]))
    .action(async (name: string, { data, ...wanted }: CreateFlags) => {
      const body: NewInstructorToken = { name, ...wanted };
      print((await callInstructorApi<IssuedToken>(data, "POST", "tokens", body)).token);
    });
}

function list(): Command {
  return withData(new Command("list"))
    .description("List the tokens there are, without what makes them good.")
    .option("--json", "as JSON")
    .addHelpText("after", examplesText(["lectern token list"]))
    .action(async ({ data, json }: { data: string; json?: true }) => {
      const tokens = await callInstructorApi<InstructorTokenView[]>(data, "GET", "tokens");
      if (json) print(JSON.stringify(tokens, undefined, 2));
      else if (tokens.length === 0) print('There are no tokens. Make one with "lectern token create NAME".');
      else print(formatTable(["NAME", "ROLE", "CREATED", "GOOD UNTIL"], tokens.map(cells)));
    });
}

function cells({ name, role, createdAt, expiresAt }: InstructorTokenView): string[] {
  const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
  return [name, role, createdAt, expiresAt === undefined ? "it is revoked" : isOver ? "over" : expiresAt];
}

function revoke(): Command {
  return withData(new Command("revoke"))
    .description("End a token; whoever has logged in by it is refused within a second.")
    .argument("<name>")
    .addHelpText("after", examplesText(["lectern token revoke ben"]))
    .action(async (name: string, { data }: { data: string }) => {
      await callInstructorApi<undefined>(data, "DELETE", `tokens/${encodeURIComponent(name)}`);
      print(`The token ${name} is revoked.`);
    });
}

function withData(command: Command): Command {
  return command.option("--data <dir>", "data directory of the server", path, readEnvironment().data);
}

function print(text: string): void {
  process.stdout.write(`${terminalText(text)}\n`);
}
