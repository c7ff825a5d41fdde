import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  build: {
    outDir: "../src/borderflow/static",
    emptyOutDir: true,
    target: "es2022",
    // the page is read by people who check what runs on their computer; maps would double its size
    sourcemap: false,
    chunkSizeWarningLimit: 3000,
  },
});
