import { defineConfig } from "vite";

// One ES module beside the viewer's page, which the server shows to everybody as /sdk.js.
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    lib: { entry: "index.ts", formats: ["es"], fileName: () => "sdk.js" },
    outDir: "../dist",
    emptyOutDir: false,
  },
});
