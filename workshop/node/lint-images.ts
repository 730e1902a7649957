import { findImage } from "../../containers/images/catalogue.js";
import { containerWords } from "../common/commands/container-command.js";
import type { Lab, LabProblem } from "../common/lab.js";
import { imagesNamedIn } from "../common/named-images.js";
import type { LabText } from "./lint-home-files.js";
import type { Inspected } from "./lint-files.js";

/** Where the lab says what is not the text of its pages. */
type Place = Pick<LabProblem, "file" | "line">;

/** What blocks of a lab need of containers that do not run here: told once for each image, and in a cluster of a session's own for each block. */
export function unplayedContainers(
  lab: Lab,
  { pages, texts, place }: { pages: readonly Inspected[]; texts: readonly LabText[]; place: Place },
): LabProblem[] {
  if (lab.needs.includes("containers")) return [];
  const blocks = pages.flatMap(({ page, compiled }) =>
    compiled.actions.flatMap(({ view, line, expectation }) => {
      const isRun = view.terminals.length > 0 && view.text !== undefined && expectation.exit === 0;
      const words = isRun ? containerWords(view.text ?? "") : undefined;
      return words === undefined ? [] : [{ words, file: page.file, line, action: view.action }];
    }),
  );
  return blocks.length === 0 ? [] : unknownImages(lab, pages, texts, place);
}

/** The images that nobody plays, each at the place that names it first. */
function unknownImages(
  lab: Lab,
  pages: readonly Inspected[],
  texts: readonly LabText[],
  place: Place,
): LabProblem[] {
  const own = JSON.stringify(lab.ownImages ?? []);
  const first = new Map<string, Place>();
  const note = (name: string, at: Place): void => {
    // A name with a value in it is known to whoever runs the command.
    if (!/[$`{}<>()|]/.test(name) && !first.has(name)) first.set(name, at);
  };
  for (const { page, compiled } of pages)
    for (const { view, edit, line } of compiled.actions) {
      const text = `${view.text ?? ""}${edit && "text" in edit ? edit.text : ""}`;
      for (const { name } of imagesNamedIn(text)) note(name, { file: page.file, line });
    }
  // Workflows, compose files and values of charts name images too, and none that sessions run.
  for (const { file, text } of texts.filter(
    ({ text: one, isProgram }) => isProgram || /\bapiVersion\b/.test(one),
  ))
    for (const { name, line } of imagesNamedIn(text)) note(name, { file, line: line + 1 });
  for (const text of lab.objects) for (const { name } of imagesNamedIn(text)) note(name, place);
  return [...first]
    .filter(([name]) => findImage(name, own).kind === "unknown")
    .map(([name, at]) => ({
      severity: "warning",
      rule: "unplayed-image",
      message: `No image is known here for ${name}: on the embedded cluster its containers are simulated, without logs, commands and ports`,
      fix: 'Name one that Lectern plays (docs/embedded-kubernetes.md), list it under "images" with one that it runs like, or use a cluster with containers (--kubeconfig)',
      fidelity: "lacking",
      ...at,
    }));
}
