import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join, posix } from "node:path";
import { rolldown, type Plugin } from "rolldown";

/** The modules that processes and threads begin with, and those that others name, by the folder of `dist` they stay in. */
const ENTRIES: Record<string, string[]> = {
  kubernetes: ["kubernetes/node/client-library"],
  terminal: [
    "terminal/node/main",
    "terminal/node/screen-worker",
    "terminal/node/sandbox/agent",
    "terminal/node/sandbox/forwarder",
  ],
  cluster: ["cluster/main", "server/supervisor/cluster-process"],
  containers: ["containers/node/main"],
  server: [
    "server/main",
    "server/plugin",
    "server/cli/lectern",
    "server/cli/tmc",
    "workshop/node/lab-thread-entry",
  ],
};
/**
 * They bring programs of their own, look for files beside them, are looked up by their name, or call what Node warns of outside of
 * packages; `pg-native` is only there where somebody installed it, and `playwright-core` may have been left out.
 */
const UNBUNDLED = [
  ...(JSON.parse(readFileSync("scripts/unbundled-packages.json", "utf8")) as string[]),
  "pg-native",
  "playwright-core",
];
/** They are no modules, and are read beside the module that names them. */
const FOLDERS_OF_FILES = ["containers/images/files"];
const CLIENT_LIBRARY = "kubernetes/node/client-library";

/**
 * Puts what a process loads into a few files in the place of what the compiler made of its first module. Reading hundreds of small
 * ones takes most of a start.
 */
for (const [folder, entries] of Object.entries(ENTRIES)) {
  rmSync(join("dist", folder, "chunks"), { recursive: true, force: true });
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, `./${entry}.ts`])),
    platform: "node",
    external: UNBUNDLED.map((name) => new RegExp(`^${name}(/|$)`)),
    plugins: [...(folder === "kubernetes" ? [] : [builtClientLibrary()]), sources(), ownAddresses()],
    logLevel: "warn",
    checks: { pluginTimings: false, eval: false },
  });
  await bundle.write({
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: `${folder}/chunks/[name]-[hash].js`,
    minify: folder === "kubernetes",
    cleanDir: false,
  });
  await bundle.close();
}

for (const folder of FOLDERS_OF_FILES) {
  rmSync(join("dist", folder), { recursive: true, force: true });
  cpSync(folder, join("dist", folder), { recursive: true });
}

/** Modules of ours name each other as they are once compiled. */
function sources(): Plugin {
  return {
    name: "sources",
    resolveId: {
      filter: { id: /^\.{1,2}\/.*\.js$/ },
      handler(id, importer) {
        if (!importer || importer.includes("/node_modules/")) return null;
        const source = posix.join(posix.dirname(importer), id).replace(/\.js$/, ".ts");
        return existsSync(source) ? source : null;
      },
    },
  };
}

/** Modules find files beside them by their address, which stays what it was when they are put together. */
function ownAddresses(): Plugin {
  const mark = "__OWN_ADDRESS__";
  return {
    name: "own-addresses",
    transform: {
      filter: { id: /\.ts$/, code: "import.meta.url" },
      handler(code, id) {
        const path = posix.relative(process.cwd(), id).replace(/\.ts$/, ".js");
        return code.replaceAll("import.meta.url", `${mark}(${JSON.stringify(path)})`);
      },
    },
    renderChunk(code, chunk) {
      if (!code.includes(mark)) return null;
      const address = new RegExp(`${mark}\\("([^"]+)"\\)`, "g");
      return code.replace(address, (_whole, path: string) => {
        const relative = posix.relative(posix.dirname(chunk.fileName), path);
        return `new URL(${JSON.stringify(relative)}, import.meta.url).href`;
      });
    },
  };
}

/** All share the one file of the client library. */
function builtClientLibrary(): Plugin {
  return {
    name: "built-client-library",
    resolveId: {
      filter: { id: /client-library\.js$/ },
      handler: () => ({ id: "lectern:client-library", external: true }),
    },
    renderChunk(code, chunk) {
      const relative = posix.relative(posix.dirname(chunk.fileName), `${CLIENT_LIBRARY}.js`);
      const path = relative.startsWith(".") ? relative : `./${relative}`;
      return code.replaceAll("lectern:client-library", path);
    },
  };
}
