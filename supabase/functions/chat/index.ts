import { loadEnv } from "#app/platform/env.ts";
import { createFunctionServices } from "#app/wiring.ts";
import { chatHandler } from "./handler.ts";

declare const Deno: { serve(handler: (request: Request) => Promise<Response>): unknown };
Deno.serve(chatHandler(await createFunctionServices(loadEnv())));
