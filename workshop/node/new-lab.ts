import { basename } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { checksFileSchema } from "../common/checks-schema.js";
import { workshopFileSchema } from "../common/lab-schema.js";
import { labelOf } from "../common/page-name.js";
import { writeLabFolder } from "./lab-folder.js";

/** What learners work with in a new lab. */
export const LAB_SUBJECTS = ["kubernetes", "shell"] as const;
export type LabSubject = (typeof LAB_SUBJECTS)[number];

/** What an author says of a lab that is to begin. */
export interface NewLab {
  title: string;
  subject: LabSubject;
  /** How long a session lasts. */
  minutes: number;
}

/** Files that editors complete and check by JSON schemas, and those schemas. */
const SCHEMA_FILES = { workshop: workshopFileSchema, checks: checksFileSchema } as const;
const SCHEMA_FOLDER = ".schemas";

/** The title of a lab in a folder of that name. */
export function titleOf(folder: string): string {
  const words = basename(folder).replaceAll(/[-_]+/g, " ").trim();
  return words === "" ? "My lab" : words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Writes a lab that validates, for its author to go on from, and returns its files, relative to the folder. Throws LAB_EXISTS where the
 * folder holds something.
 */
export async function writeNewLab(folder: string, lab: NewLab): Promise<string[]> {
  const name = labelOf(basename(folder));
  const files = { ...schemas(), "workshop.yaml": workshopFile(name, lab), ...PAGES[lab.subject](name) };
  await writeLabFolder(
    folder,
    Object.fromEntries(Object.entries(files).map(([path, content]) => [path, { content }])),
  );
  return Object.keys(files);
}

function schemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SCHEMA_FILES).map(([name, schema]) => {
      const written = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
      return [`${SCHEMA_FOLDER}/${name}.json`, `${JSON.stringify(written, undefined, 2)}\n`];
    }),
  );
}

function workshopFile(name: string, { title, subject, minutes }: NewLab): string {
  const fields = {
    title,
    description: "One sentence that says what learners can do afterwards.",
    minutes,
    level: "beginner",
    layout: subject === "kubernetes" ? "split" : "default",
    variables: { name },
  };
  return `# yaml-language-server: $schema=${SCHEMA_FOLDER}/workshop.json\n${stringify(fields)}`;
}

const FENCE = "```";

const KUBERNETES_PAGE = `# Make it

A block with a button is a command: a click runs it in the terminal beside the page. This one is right when its output says so.

${FENCE}execute-1 match=/created|unchanged/
kubectl apply -f greeting.yaml
${FENCE}

What the cluster has to come to can be asked for as well; the line below the block ticks by itself.

${FENCE}execute-1 until="configmap/{{ name }} data=/Good evening/" timeout=20s
kubectl patch configmap {{ name }} --type merge -p '{"data":{"evening":"Good evening"}}'
${FENCE}
`;

const KUBERNETES_EXERCISE = `# Now you

Some steps are done by hand, and tick when they are done. With skip=ci this one is left out where nobody is there to do it.

${FENCE}manual until="configmap/{{ name }} absent" skip=ci
Delete the config map {{ name }} with a command of your own.
${FENCE}

When you are done, look at what is left:

${FENCE}execute-1
kubectl get configmaps
${FENCE}
`;

/** Pages have their variables filled in, files are as they are. */
function greeting(name: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { morning: "Good morning" },
  });
}

const SHELL_PAGE = `# Make it

A block with a button is a command: a click runs it in the terminal beside the page. It is right when it ends with status 0.

${FENCE}execute-1
mkdir -p {{ name }} && cd {{ name }}
${FENCE}

An author can ask for more: this output must match.

${FENCE}execute-1 match=/3 lines/
printf 'one\\ntwo\\nthree\\n' > words.txt; echo "$(wc -l < words.txt) lines"
${FENCE}
`;

const SHELL_EXERCISE = `# Now you

A failure can be what is wanted:

${FENCE}execute-1 exit=nonzero
grep four words.txt
${FENCE}

Copy the next command, change it, and run it yourself:

${FENCE}copy-and-edit
echo YOUR-WORD >> words.txt
${FENCE}
`;

const PAGES: Record<LabSubject, (name: string) => Record<string, string>> = {
  kubernetes: (name) => ({
    "pages/01-make-it.md": KUBERNETES_PAGE,
    "pages/02-now-you.md": KUBERNETES_EXERCISE,
    "files/greeting.yaml": greeting(name),
  }),
  shell: () => ({ "pages/01-make-it.md": SHELL_PAGE, "pages/02-now-you.md": SHELL_EXERCISE }),
};
