import { Option } from "commander";

import { formatTable } from "../table.js";

export type OutputFormat = "table" | "wide" | "json" | "yaml";

/** `-o json|yaml|table|wide`, the same on every command that shows something. */
export function outputOption(): Option {
  return new Option("-o, --output <format>", "how to print it").choices(["json", "yaml", "table", "wide"]);
}

export interface Table<Item> {
  /** Titles and how each is told of an item; `wide` ones only where they are asked for. */
  columns: [title: string, cell: (item: Item) => string, when?: "wide"][];
  /** Said when there is nothing. */
  empty: string;
}

interface Formatting<Item> {
  format: OutputFormat | undefined;
  table: Table<Item>;
}

/** The text of a list: a table, or the whole answer as the server gave it. */
export async function formatList<Item>(
  answer: object,
  items: Item[],
  { format = "table", table }: Formatting<Item>,
): Promise<string> {
  if (format === "json" || format === "yaml") return formatData(answer, format);
  if (items.length === 0) return table.empty;
  const columns = table.columns.filter(([, , when]) => when === undefined || format === when);
  return formatTable(
    columns.map(([title]) => title),
    items.map((item) => columns.map(([, cell]) => cell(item))),
  );
}

/** The text of one object; YAML where nothing else is asked for. */
export async function formatObject<Item extends object>(
  value: Item,
  { format = "yaml", table }: Formatting<Item>,
): Promise<string> {
  if (format === "json" || format === "yaml") return formatData(value, format);
  return formatList(value, [value], { format, table });
}

async function formatData(value: object, format: "json" | "yaml"): Promise<string> {
  if (format === "json") return JSON.stringify(value, null, 2);
  const { stringify } = await import("yaml");
  return stringify(value).trimEnd();
}

/** Labels as one cell. */
export function labelCell(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
