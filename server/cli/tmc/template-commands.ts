import { Command } from "commander";

import type { Recipe } from "../../../policy/common/manifest.js";
import { TEMPLATES } from "../../../policy/common/templates.js";
import { examples } from "./flags.js";
import { formatList, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { insightsCommand } from "./violation-commands.js";

interface Template {
  name: Recipe;
  title: string;
  takesRules: boolean;
  description: string;
}

const TABLE: Table<Template> = {
  columns: [
    ["NAME", ({ name }) => name],
    ["TITLE", ({ title }) => title],
    ["RULES", ({ takesRules }) => String(takesRules)],
    ["DESCRIPTION", ({ description }) => description],
  ],
  empty: "No templates to list",
};

/** `... image-policy templates list`; there is one verb, so it may be left away. */
export function templatesCommand(world: TmcWorld): Command {
  const templates = new Command("templates")
    .aliases(["template", "recipe", "recipes"])
    .description("The recipes a policy can be made of");
  const list = templates
    .command("list", { isDefault: true })
    .description("List the recipes")
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      const all = Object.entries(TEMPLATES).map(([name, { name: title, hint, takesRules }]) => ({
        name: name as Recipe,
        title,
        takesRules,
        description: hint,
      }));
      world.print(await formatList({ templates: all }, all, { format: output, table: TABLE }));
    });
  examples(list, "tmc policy templates list");
  return templates;
}

/** `tmc policy ...` */
export function policyTemplatesCommand(world: TmcWorld): Command {
  return new Command("policy")
    .description("What policies can be made of, and what runs against them")
    .addCommand(templatesCommand(world))
    .addCommand(insightsCommand(world));
}
