import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  build: { target: "es2022", assetsInlineLimit: 0, sourcemap: false },
  // `npm run dev` speaks to a show that runs on this machine.
  server: {
    proxy: {
      "/ws": { target: "ws://127.0.0.1:8080", ws: true },
      "/whep": { target: "http://127.0.0.1:8080" },
    },
  },
  // A test waits for nothing but the machine, which may be busy.
  test: { environment: "node", include: ["test/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
