// `npm run build`: the production build, whether or not a source has changed.
import { resolve } from "node:path";
import { build } from "./build.ts";

const startedAt = performance.now();
const id = await build(resolve("."));
console.log(`Built ${id} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
