/** A workflow command of GitHub Actions, by which a message stands beside a line of a file. */
export function workflowCommand(
  kind: "error" | "warning" | "notice",
  properties: Record<string, string | number>,
  message: string,
): string {
  const written = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(String(value))}`,
  );
  return `::${kind}${written.length > 0 ? ` ${written.join(",")}` : ""}::${escapeMessage(message)}`;
}

function escapeMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
