import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { calledPrograms, type CalledProgram } from "../common/commands/lacking-programs.js";
import type { Lab, LabProblem } from "../common/lab.js";
import type { LabText } from "./lint-home-files.js";
import type { Inspected } from "./lint-files.js";
import { isWayOut, leadsInside } from "./nested-shells.js";

/** Tells whether the shells of this machine find a program. */
export type ProgramFinder = (name: string) => Promise<boolean>;

/** Looks through folders such as those of `PATH`, each program once. */
export function programsIn(searchPath: string): ProgramFinder {
  const known = new Map<string, Promise<boolean>>();
  const folders = searchPath.split(delimiter).filter((folder) => folder !== "");
  const look = async (name: string): Promise<boolean> => {
    for (const folder of folders) {
      const isThere = await access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return true;
    }
    return false;
  };
  return (name) => {
    const answer = known.get(name) ?? look(name);
    known.set(name, answer);
    return answer;
  };
}

/** Programs that blocks of a lab, and programs it brings, call and that learners do not have here. Labs with a tool box of their own are not asked. */
export async function lackingPrograms(
  lab: Lab,
  { pages, texts, has }: { pages: readonly Inspected[]; texts: readonly LabText[]; has: ProgramFinder },
): Promise<LabProblem[]> {
  if (lab.image !== undefined) return [];
  const problems: LabProblem[] = [];
  const tell = async (text: string, place: (program: CalledProgram) => Place): Promise<void> => {
    for (const program of calledPrograms(text))
      if (program.needs !== undefined || !(await has(program.name)))
        problems.push(lacking(program, place(program)));
  };
  for (const { file, text, isProgram } of texts)
    if (isProgram) await tell(text, ({ line }) => ({ file, line: line + 1 }));
  for (const { page, compiled } of pages)
    for (const { text, ...place } of ownCommands(compiled.actions))
      await tell(text, () => ({ file: page.file, ...place }));
  return problems;
}

type Place = Pick<LabProblem, "file" | "line" | "action">;

/** The commands that the learner's own shell gets: not those inside a container or on another machine. */
function ownCommands(
  actions: Inspected["compiled"]["actions"],
): { text: string; line: number; action: string }[] {
  const inside = new Set<string>();
  return actions.flatMap(({ view, line, expectation }) => {
    const [terminal = ""] = view.terminals;
    if ((view.kind !== "execute" && view.kind !== "execute-all") || view.text === undefined) return [];
    const isInside = inside.has(terminal);
    if (isWayOut(view.text)) inside.delete(terminal);
    else if (leadsInside(view.text)) inside.add(terminal);
    if (isInside || expectation.exit !== 0) return [];
    return [{ text: view.text, line, action: view.action }];
  });
}

function lacking({ name, needs }: CalledProgram, place: Place): LabProblem {
  const what = needs ?? "which this machine does not have";
  const fix =
    needs === undefined
      ? "Install it where the shells run, or give sessions a tool box that has it (`image`, with --shells pods)"
      : "Do it another way, put what it makes into the lab's files, or say that it is to fail (exit=nonzero)";
  return {
    severity: "warning",
    rule: "missing-program",
    message: `The command calls \`${name}\`, ${what}`,
    fix,
    fidelity: "lacking",
    ...place,
  };
}
