/**
 * Keeps what an author wrote with line ends within its own line of a report: lines that follow stand behind a mark, so that none begins
 * as a finding of its own, nor as a command (`::error::`) to a runner that reads what is printed.
 */
export function keptWithin(line: string, indentation: string): string {
  return line.replaceAll("\n", `\n${indentation}| `);
}
