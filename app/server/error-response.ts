// How the server itself says no: a plain page for people, a problem document for programs.
import { html } from "hono/html";
import { AppError, problem } from "#app/platform/errors.ts";

/** The response for an error that no route answered. `nonce` must be the one of the response's policy. */
export async function errorResponse(error: unknown, request: Request, nonce: string): Promise<Response> {
  const response = problem(error, new URL(request.url).pathname);
  const wantsPage = request.headers.get("accept")?.includes("text/html") ?? false;
  if (!wantsPage) return response;
  const title = error instanceof AppError ? error.message : "Something went wrong on our side.";
  const page = await html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style nonce="${nonce}">
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 24px; font: 16px/1.5 Inter, system-ui, sans-serif; background: light-dark(#fff, #1c1917); color: light-dark(#1c1917, #f5f5f4); }
h1 { font-size: 28px; line-height: 1.2; max-width: 24em; margin: 0 0 8px; }
a { color: light-dark(#1f5b4a, #7fc4ad); }
</style></head><body><main><h1>${title}</h1><p><a href="/">Go to the start page</a></p></main></body></html>`;
  const headers = new Headers(response.headers);
  headers.set("content-type", "text/html; charset=utf-8");
  return new Response(page.toString(), { status: response.status, headers });
}
