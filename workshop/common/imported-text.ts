/** The name of the ingress that leads to a port of the learner's machine. */
export function ingressName(port: number): string {
  return `port-${String(port)}`;
}

/** Where that ingress is, without a slash at the end. */
export function ingressAddress(port: number): string {
  return `{{ ingress_protocol }}://${ingressName(port)}-{{ session_name }}.{{ ingress_domain }}{{ ingress_port_suffix }}`;
}

/** A line whose braces mean nothing here: what they hold is shown and run as it is written. */
export function verbatim(line: string): string {
  let text = "";
  let from = 0;
  for (;;) {
    const next = openingAfter(line, from);
    if (!next) return text + line.slice(from);
    text += `${line.slice(from, next.at)}{% raw %}${line.slice(next.at, next.end)}{% endraw %}`;
    from = next.end;
  }
}

function openingAfter(line: string, from: number): { at: number; end: number } | undefined {
  const starts = ["{{", "{%"].map((mark) => line.indexOf(mark, from)).filter((at) => at >= 0);
  if (starts.length === 0) return undefined;
  const at = Math.min(...starts);
  const close = line.indexOf(line.startsWith("{{", at) ? "}}" : "%}", at + 2);
  return close < 0 ? undefined : { at, end: close + 2 };
}
