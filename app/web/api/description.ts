// Serves the OpenAPI document: made once a process, known again by its digest.
import { sha256Hex } from "#app/platform/ids.ts";
import type { ApiContext } from "../api-route.ts";
import { ENDPOINTS } from "./catalogue.ts";
import { describeApi } from "./openapi.ts";

const made = new Map<string, Promise<{ text: string; etag: string }>>();

async function make(server: string): Promise<{ text: string; etag: string }> {
  const text = JSON.stringify(describeApi(ENDPOINTS, server));
  return { text, etag: `"${(await sha256Hex(text)).slice(0, 32)}"` };
}

/** The document, or 304 where the client has it. */
export async function describedBy({ request, services, headers }: ApiContext): Promise<Response> {
  const server = services.env.appUrl;
  const description = made.get(server) ?? make(server);
  made.set(server, description);
  const { text, etag } = await description;
  headers.set("etag", etag);
  headers.set("cache-control", "public, max-age=300");
  // Anybody's page may show it: it says the same to all.
  headers.set("access-control-allow-origin", "*");
  const known =
    request.headers
      .get("if-none-match")
      ?.split(",")
      .map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  if (known.includes(etag) || known.includes("*")) return new Response(null, { status: 304 });
  return new Response(text, { headers: { "content-type": "application/json" } });
}
