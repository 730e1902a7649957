import { posix } from "node:path";
import type { Scenario } from "../../common/killercoda/scenario.js";
import type { LabProblem } from "../../common/lab.js";
import type { WrittenFile } from "../lab-folder.js";
import { pathMatcher } from "../path-patterns.js";
import { filesBelow, readFileOf } from "./foreign-folder.js";

const ASSETS = "assets";
/** The machine that learners begin on. */
const FIRST_HOST = "host01";
const HOME = /^(?:~|\/root|\$HOME)(?:\/|$)/;
const EXECUTABLE = /x|[1357]\d{0,2}$/;

type Asset = Scenario["details"]["assets"][string][number];

/** The files that a scenario puts onto the first machine, as files of the learner's home; problems are those of `index.json`. Throws LAB_INVALID. */
export async function assetFiles(
  folder: string,
  assets: Scenario["details"]["assets"],
): Promise<{ files: Record<string, WrittenFile>; problems: LabProblem[] }> {
  const files: Record<string, WrittenFile> = {};
  const problems: LabProblem[] = [];
  const present = (await filesBelow(folder, ASSETS)).map((path) => path.slice(ASSETS.length + 1));
  for (const [host, listed] of Object.entries(assets))
    for (const asset of listed) {
      if (host !== FIRST_HOST)
        problems.push(lacking(`${asset.file} is for ${host}; there is one machine here`));
      else if (!HOME.test(asset.target))
        problems.push(
          lacking(`${asset.file} is for ${asset.target}, which is not in the home of the learner`),
        );
      else if (!(await take(asset, { folder, present, files })))
        problems.push({ ...lacking(`${asset.file} is not among the assets`), severity: "error" });
    }
  return { files, problems };
}

async function take(
  { file, target, chmod }: Asset,
  { folder, present, files }: { folder: string; present: string[]; files: Record<string, WrittenFile> },
): Promise<boolean> {
  const isMeant = pathMatcher({ include: [file.includes("/") ? file : `/${file}`], exclude: [] });
  const meant = present.filter((path) => isMeant(path) || isMeant(`/${path}`));
  const at = target.replace(HOME, "");
  for (const path of meant) {
    const { content, mode } = await readFileOf(folder, posix.join(ASSETS, path));
    const isProgram = chmod !== undefined && EXECUTABLE.test(chmod);
    files[posix.join("files", posix.join("/", at, posix.basename(path)))] = {
      content,
      mode: isProgram ? mode | 0o111 : mode,
    };
  }
  return meant.length > 0;
}

function lacking(message: string): LabProblem {
  return {
    severity: "warning",
    rule: "imported",
    file: "index.json",
    line: 1,
    message,
    fix: "Put the file into the folder files/ of the lab, and say its place in the pages",
    fidelity: "lacking",
  };
}
