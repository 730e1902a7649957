import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Copies the packages that bundles leave out, with all they depend on, into the folder given as argument. */
const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("copy-packages.js needs the folder to copy packages into");
const root = process.cwd();
const unbundled = JSON.parse(readFileSync(new URL("unbundled-packages.json", import.meta.url), "utf8"));
const packages = new Set();
for (const name of unbundled) {
  if (!collect(name, root)) throw new Error(`the package ${name} is not installed in ${root}`);
}
for (const folder of packages) {
  cpSync(folder, join(target, relative(root, folder)), {
    recursive: true,
    filter: (path) => relative(folder, path).split("/")[0] !== "node_modules",
  });
}

/** Takes the package as Node would find it from the folder; packages for other processors are not there. */
function collect(name, from) {
  const folder = find(name, from);
  if (folder === undefined || packages.has(folder)) return folder !== undefined;
  packages.add(folder);
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
    if (!collect(dependency, folder) && optionalDependencies?.[dependency] === undefined)
      throw new Error(`${name} needs the package ${dependency}, which is not installed`);
  }
  return true;
}

function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === root) return undefined;
  }
}
