// What the server's middlewares pass along; what loaders and actions get is declared in web/context.ts.
import type { HttpBindings } from "@hono/node-server";
import type { Site } from "#app/domain/tenants/sites.ts";
import type { Arrival } from "./arrival.ts";

export interface WebEnv {
  Bindings: HttpBindings;
  Variables: {
    nonce: string;
    /** Missing when the request was refused before it was understood. */
    arrival?: Arrival;
    /** Missing for files and health, which need no host. */
    site?: Site;
  };
}
