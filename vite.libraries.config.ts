import { defineConfig } from "vite";

/** Puts libraries of many files into one each, in the place of what the compiler made of the modules that name them. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: "dist/kubernetes/node",
    emptyOutDir: false,
    target: "node20",
    minify: true,
    sourcemap: false,
    rollupOptions: {
      input: { "client-library": "kubernetes/node/client-library.ts" },
      output: { entryFileNames: "[name].js", codeSplitting: false },
    },
  },
});
