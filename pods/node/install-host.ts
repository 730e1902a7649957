import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The terminal host and `tmc` as they are built; all of it is in the folder, so that it runs in any image with glibc and bash. */
const OWN = ["package.json", "bin/tmc.js", "dist/terminal", "dist/server/cli/tmc.js", "dist/server/chunks"];
/** What they still load by name. */
const PACKAGES = ["node-pty", "koffi", `@koromix/koffi-linux-${process.arch}`];
/** What Node.js is linked to that not every image has that has the C library. */
const LIBRARIES = /^lib(stdc\+\+|gcc_s)\.so/;
const UNUSED = /\.(d\.ts|d\.mts|d\.cts|map|md|c|cc|h)$/;
const LEARNER = "learner";
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Copies Node.js, the terminal host and `tmc` into a folder, and gives the account that does it a name. */
function install(folder: string): void {
  for (const name of ["bin", "etc"]) mkdirSync(join(folder, name), { recursive: true });
  cpSync(process.execPath, join(folder, "bin/node"));
  chmodSync(join(folder, "bin/node"), 0o755);
  for (const library of loadedLibraries()) copy(library, join(folder, "lib", basename(library)));
  for (const name of OWN) copy(join(ROOT, name), join(folder, name));
  writeFileSync(join(folder, "bin/run-node"), runNode(folder), { mode: 0o755 });
  writeFileSync(
    join(folder, "bin/tmc"),
    `#!/bin/sh\nexec "${folder}/bin/run-node" "${folder}/bin/tmc.js" "$@"\n`,
    { mode: 0o755 },
  );
  const { resolve } = createRequire(import.meta.url);
  for (const name of PACKAGES) {
    const entry = resolve(name);
    const source = entry.slice(
      0,
      entry.lastIndexOf(join("node_modules", name)) + join("node_modules", name).length,
    );
    copy(source, join(folder, "node_modules", name));
  }
  nameAccount(folder);
}

/** Of the process that runs, by the names they were loaded under. */
function loadedLibraries(): string[] {
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  return sharedObjects.filter((path) => LIBRARIES.test(basename(path)));
}

/** An image's own libraries fit its C library best: those that were brought serve where it has none. */
function runNode(folder: string): string {
  return `#!/bin/sh
if ! "${folder}/bin/node" --version >/dev/null 2>&1; then
  LD_LIBRARY_PATH="${folder}/lib" && export LD_LIBRARY_PATH
fi
exec "${folder}/bin/node" "$@"
`;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true, filter: (path) => !UNUSED.test(path) });
}

/** Without a name `whoami`, ssh and git refuse to work; the files stand in the place of the image's own. */
function nameAccount(folder: string): void {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
  const learner = `${LEARNER}:x:${uid}:${gid}:Learner:/home/${LEARNER}:/bin/bash`;
  writeFileSync(join(folder, "etc/passwd"), `root:x:0:0:root:/root:/bin/bash\n${learner}\n${nobody}\n`);
  writeFileSync(join(folder, "etc/group"), `root:x:0:\n${LEARNER}:x:${gid}:\nnogroup:x:65534:\n`);
}

const [, , folder] = process.argv;
if (folder === undefined) {
  process.stderr.write("Usage: node dist/pods/node/install-host.js FOLDER\n");
  process.exitCode = 2;
} else install(folder);
