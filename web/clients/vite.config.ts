import { defineConfig } from "vite";

// Tests build this page when they run (tests/clients); viewers never get it.
export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    outDir: "../../build/clients",
    emptyOutDir: true,
    chunkSizeWarningLimit: 2048, // Node's URL and events for the browser, which one of the clients brings
  },
});
