import { stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { readChecksFile } from "../common/checks-schema.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab, LabPage } from "../common/lab.js";
import { labFormOf } from "./lab-form.js";
import { loadClassicLab } from "./load-classic-lab.js";
import { loadHugoLab } from "./load-hugo-lab.js";
import { loadNativeLab } from "./load-native-lab.js";
import { loadSinglePageLab } from "./load-page-lab.js";
import { HCL_LAB, isHclLab } from "./import/hcl-lab.js";
import { type InspectOptions, inspectLab } from "./lint-lab.js";
import { readYamlFile } from "./yaml-file.js";

export interface LoadOptions extends InspectOptions {
  /** A checks file other than the `checks.yaml` beside the lab. */
  checks?: string;
  /** Folders looked through last for pictures, such as the `images/` of a repository. */
  imageFolders?: readonly string[];
}

/**
 * Reads a lab and finds what is wrong with it: a folder with `workshop.yaml`, an Educates workshop of either form, or one file of Markdown or AsciiDoc.
 * Throws LAB_NOT_FOUND, LAB_INVALID, CHECK_FILE_INVALID.
 */
export async function loadLab(path: string, options: LoadOptions = {}): Promise<Lab> {
  const absolute = resolve(path);
  const lab = await loadForm(absolute);
  const checks = options.checks ?? (await defaultChecks(absolute, lab));
  if (checks) await applyChecks(lab, checks);
  lab.source.imageFolders = [...(options.imageFolders ?? [])];
  await inspectLab(lab, options);
  return lab;
}

async function loadForm(path: string): Promise<Lab> {
  const form = await labFormOf(path);
  switch (form) {
    case "page":
      return loadSinglePageLab(path);
    case "native":
      return loadNativeLab(path);
    case "classic":
      return loadClassicLab(path);
    case "hugo":
      return loadHugoLab(path);
    case "missing":
      throw new WorkshopError(
        WORKSHOP_ERRORS.labNotFound,
        `There is no lab at ${path}; give a folder with a workshop.yaml, or a Markdown file`,
      );
    default:
      if (await isHclLab(path)) throw new WorkshopError(WORKSHOP_ERRORS.labNotFound, `${path} ${HCL_LAB}`);
      throw new WorkshopError(
        WORKSHOP_ERRORS.labNotFound,
        `${path} is not a lab: it has neither workshop.yaml with a folder pages, nor a folder workshop with workshop.yaml, modules.yaml, config.yaml or content`,
      );
  }
}

async function defaultChecks(path: string, lab: Lab): Promise<string | undefined> {
  const candidate =
    lab.source.form === "page" ? path.replace(/\.(?:md|adoc)$/, ".checks.yaml") : join(path, "checks.yaml");
  return stat(candidate).then(
    () => candidate,
    () => undefined,
  );
}

async function applyChecks(lab: Lab, file: string): Promise<void> {
  const { value, problems } = await readYamlFile({ path: file, code: WORKSHOP_ERRORS.checksInvalid });
  const checks = readChecksFile(value, file);
  lab.workspaces = [...new Set([...lab.workspaces, ...checks.workspaces])];
  const path = relative(lab.source.folder, file);
  lab.problems.push(...problems.map((problem) => ({ ...problem, file: path })));
  for (const entry of checks.pages) pageOf(lab, entry.page, file).checks = entry.checks;
}

function pageOf(lab: Lab, wanted: string | number, file: string): LabPage {
  const page =
    typeof wanted === "number" ? lab.pages[wanted - 1] : lab.pages.find(({ name }) => name === wanted);
  if (page) return page;
  const names = lab.pages.map(({ name }) => name).join(", ");
  throw new WorkshopError(
    WORKSHOP_ERRORS.checksInvalid,
    `${file} speaks of the page "${wanted}", but the lab has ${names}`,
  );
}
