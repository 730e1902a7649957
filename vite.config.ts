import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "workshop/browser",
  base: "./",
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: "../../dist/browser",
    emptyOutDir: true,
    manifest: true,
    // The oldest browsers that know `light-dark()`, on which the colour tokens rest.
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    // The content security policy admits no data: URL.
    assetsInlineLimit: 0,
    // In kB: mermaid's own parts, which only pages with such diagrams load.
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
});
