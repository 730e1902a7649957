import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { KUBERNETES_TAB } from "../common/dashboards.js";
import type { Lab, LabProblem } from "../common/lab.js";
import { type WorkshopFile, workshopFileSchema } from "../common/lab-schema.js";
import { withoutLists } from "../common/object-lists.js";
import { labelOf, pageNames } from "../common/page-name.js";
import { isReallyWithin } from "./lab-path.js";
import { isUnreadable, readPageOfFolder } from "./page-file.js";
import { readYamlAs } from "./yaml-file.js";

/** Reads the native form: `workshop.yaml` and `pages/*.md`, or `.adoc`. */
export async function loadNativeLab(folder: string): Promise<Lab> {
  const file = { path: join(folder, "workshop.yaml"), code: WORKSHOP_ERRORS.labInvalid };
  const { value: read, problems } = await readYamlAs(workshopFileSchema, file, "a lab");
  const {
    name,
    files,
    pages: _pages,
    objects,
    dashboards,
    image,
    images,
    editor,
    kubernetes,
    limits,
    cluster,
    nodes,
    slides,
    ...rest
  } = read;
  const pages = await readPages(folder, read);
  return {
    ...rest,
    ...(image !== undefined && { image }),
    ...imagesOf(images),
    ...(cluster === "own" && { cluster }),
    ...(nodes !== undefined && { nodes }),
    ...(editor !== undefined && { editor }),
    ...(slides !== undefined && { slides }),
    ...(kubernetes === true && { kubernetesTab: KUBERNETES_TAB }),
    ...(limits !== undefined && { limits }),
    name: name ?? labelOf(basename(folder)),
    dashboards: dashboards.map((entry) => ({ name: entry.name, ...(entry.url ? { url: entry.url } : {}) })),
    objects: withoutLists(objects).map((object) => stringify(object)),
    pages: pages.pages,
    problems: [...problems.map((problem) => ({ ...problem, file: "workshop.yaml" })), ...pages.problems],
    source: { form: "native", path: folder, folder, ...(await homeFiles(folder, files)) },
  };
}

function imagesOf(listed: WorkshopFile["images"]): Pick<Lab, "images" | "ownImages"> {
  const images = listed.filter((image) => typeof image === "string");
  const ownImages = listed.filter((image) => typeof image !== "string");
  return { ...(images.length > 0 && { images }), ...(ownImages.length > 0 && { ownImages }) };
}

async function readPages(folder: string, file: WorkshopFile): Promise<Pick<Lab, "pages" | "problems">> {
  const there = (await readdir(join(folder, "pages"))).filter((name) => PAGE.test(name));
  const listed = file.pages?.map((page) => page.replace(PAGE, ""));
  const paths = listed ?? [...new Set(there.map((name) => name.replace(PAGE, "")))].toSorted();
  const names = pageNames(paths);
  const pages = await Promise.all(
    paths.map((path, at) => {
      const page = { name: names[at] ?? labelOf(path), variables: file.variables };
      return readPageOfFolder(folder, `pages/${fileOf(path, there)}`, page);
    }),
  );
  const first = pages[0];
  if (first && pages.every(isUnreadable))
    throw new WorkshopError(WORKSHOP_ERRORS.labPageNotFound, first.problems[0]?.message ?? "");
  const passedOver = [...new Set(paths)].filter((path) => isTwice(path, there));
  return { pages, problems: passedOver.map(inBothForms) };
}

function isTwice(path: string, there: readonly string[]): boolean {
  return there.includes(`${path}.md`) && there.includes(`${path}.adoc`);
}

function inBothForms(path: string): LabProblem {
  return {
    severity: "warning",
    rule: "page-twice",
    file: `pages/${path}.adoc`,
    line: 1,
    message: `The page is not shown: pages/${path}.md has its name, and is shown`,
    fix: "Delete one of them, or give it another name",
  };
}

const PAGE = /\.(?:md|adoc)$/;

/** Markdown where there is a page of that name in both. */
function fileOf(path: string, there: readonly string[]): string {
  return !there.includes(`${path}.md`) && there.includes(`${path}.adoc`) ? `${path}.adoc` : `${path}.md`;
}

/** The lab's folder of that name as `homeFiles` where it exists. Throws LAB_INVALID where it lies outside of the lab. */
export async function homeFiles(lab: string, name: string): Promise<{ homeFiles?: string }> {
  const folder = join(lab, name);
  if (!(await isReallyWithin(lab, folder)))
    throw new WorkshopError(
      WORKSHOP_ERRORS.labInvalid,
      `The files of the lab ${lab} are to come from ${folder}, which lies outside of it; put them inside`,
    );
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() ? { homeFiles: folder } : {};
}
