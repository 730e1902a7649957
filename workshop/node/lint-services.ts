import type { Lab, LabProblem } from "../common/lab.js";
import type { Inspected } from "./lint-files.js";
import type { LabText } from "./lint-home-files.js";

/** How a manifest, a flag of `kubectl expose`, and `kubectl create service` say it. */
const FORMS = [
  /(?:^|[\s{,])["']?type["']?:\s*["']?(LoadBalancer|NodePort)\b/,
  /(?:^|\s)--type[=\s]\s*["']?(LoadBalancer|NodePort)\b/,
  /\bcreate\s+(?:service|svc)\s+(loadbalancer|nodeport)\b/,
];
const NAMES: ReadonlyMap<string, string> = new Map([
  ["loadbalancer", "LoadBalancer"],
  ["nodeport", "NodePort"],
]);

/** Services that the API server refuses in a session that shares the platform's cluster: they would open ports of its nodes, or ask the cloud for addresses. */
export function refusedServices(
  lab: Lab,
  { pages, texts }: { pages: readonly Inspected[]; texts: readonly LabText[] },
): LabProblem[] {
  if (lab.cluster === "own") return [];
  const inFiles = texts.flatMap(({ file, text }) => {
    const found = serviceIn(text);
    return found ? [problemOf(found.type, { file, line: found.line })] : [];
  });
  const inBlocks = pages.flatMap(({ page, compiled }) =>
    compiled.actions.flatMap(({ view, edit, line, expectation }) => {
      if (expectation.exit !== 0) return [];
      const typed = view.terminals.length > 0 ? (view.text ?? "") : "";
      const found = serviceIn(`${typed}\n${edit && "text" in edit ? edit.text : ""}`);
      return found ? [problemOf(found.type, { file: page.file, line, action: view.action })] : [];
    }),
  );
  return [...inFiles, ...inBlocks];
}

/** The first of them that a text asks for, with its line from 1. */
function serviceIn(text: string): { type: string; line: number } | undefined {
  for (const [at, line] of text.split("\n").entries()) {
    const asked = line.trimStart().startsWith("#") ? undefined : typeIn(line);
    if (asked !== undefined) return { type: asked, line: at + 1 };
  }
  return undefined;
}

function typeIn(line: string): string | undefined {
  for (const form of FORMS) {
    const [, written] = form.exec(line) ?? [];
    if (written !== undefined) return NAMES.get(written.toLowerCase());
  }
  return undefined;
}

function problemOf(type: string, place: Pick<LabProblem, "file" | "line" | "action">): LabProblem {
  return {
    severity: "warning",
    rule: "refused-service",
    ...place,
    message: `A Service of type ${type} is refused: the quota of a session's namespace has none`,
    fix: 'Make it a ClusterIP and reach it by an Ingress or kubectl port-forward, or give sessions a cluster of their own ("cluster: own")',
    fidelity: "lacking",
  };
}
