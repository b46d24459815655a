// The staff's pages begin with the tenants.
import { redirect } from "@remix-run/node";
import { paths } from "#app/paths.ts";
import { staffLoader } from "#app/web/staff-guards.ts";

export const loader = staffLoader("tenants:read", async () => redirect(paths.adminTenants()));
