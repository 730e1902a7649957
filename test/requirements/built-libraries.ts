import { fileURLToPath } from "node:url";

const CLIENT_LIBRARY = new URL("../../dist/kubernetes/node/client-library.js", import.meta.url);

/** Has tests load libraries as the product does, from the files that the build made of them. */
export const builtLibraries = {
  alias: [{ find: /^\.{1,2}\/(?:.*\/)?client-library\.js$/, replacement: fileURLToPath(CLIENT_LIBRARY) }],
};

/** What was built is loaded as it is. */
export const notTransformed = { deps: { external: [/\/dist\//] } };
