import { Option } from "commander";

import { formatTable } from "../table.js";

export type OutputFormat = "table" | "json" | "yaml";

/** `-o json|yaml`. */
export function outputOption(): Option {
  return new Option("-o, --output <format>", "print as json or yaml").choices(["json", "yaml"]);
}

export interface Table<Item> {
  /** Titles and how each is told of an item. */
  columns: [title: string, cell: (item: Item) => string][];
  /** Said when there is nothing. */
  empty: string;
}

/** The text of a list: a table, or the whole answer as the server gave it. */
export async function formatList<Item>(
  answer: object,
  items: Item[],
  { format, table }: { format: OutputFormat | undefined; table: Table<Item> },
): Promise<string> {
  if (format === "json" || format === "yaml") return formatObject(answer, format);
  if (items.length === 0) return table.empty;
  const titles = table.columns.map(([title]) => title);
  return formatTable(
    titles,
    items.map((item) => table.columns.map(([, cell]) => cell(item))),
  );
}

/** The text of one object; YAML unless JSON is asked for. */
export async function formatObject(value: object, format: OutputFormat | undefined): Promise<string> {
  if (format === "json") return JSON.stringify(value, null, 2);
  const { stringify } = await import("yaml");
  return stringify(value).trimEnd();
}
