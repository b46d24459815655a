import { loadEnv } from "#app/platform/env.ts";
import { createMailInboundServices } from "#app/wiring.ts";
import { mailInboundHandler } from "./handler.ts";

declare const Deno: { serve(handler: (request: Request) => Promise<Response>): unknown };
Deno.serve(mailInboundHandler(await createMailInboundServices(loadEnv())));
