import { defineConfig } from "vite";

// Measurements and tests build this page when they run (avatar_live/app/bench/peer.py); viewers never get it.
export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    outDir: "../../build/peer",
    emptyOutDir: true,
    chunkSizeWarningLimit: 4096, // three.js whole
  },
});
