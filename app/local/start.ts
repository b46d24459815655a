// `npm start`: everything on this machine, from the production build.
import { startLocal } from "./start-local.ts";

await startLocal({ development: false });
