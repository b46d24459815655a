// `npm run dev`: the local start with hot reload; worker and functions start again when their files change.
import { startLocal } from "./start-local.ts";

await startLocal({ development: true });
