// Settings open with the company.
import { redirect } from "@remix-run/node";
import { paths } from "#app/paths.ts";
import { memberLoader } from "#app/web/guards.ts";

export const loader = memberLoader("settings:read", async () => redirect(paths.settingsCompany()));
