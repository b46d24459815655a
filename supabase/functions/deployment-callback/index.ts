import { loadEnv } from "#app/platform/env.ts";
import { createDeploymentCallbackServices } from "#app/wiring.ts";
import { deploymentCallbackHandler } from "./handler.ts";

declare const Deno: { serve(handler: (request: Request) => Promise<Response>): unknown };
Deno.serve(deploymentCallbackHandler(await createDeploymentCallbackServices(loadEnv())));
