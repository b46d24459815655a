// Owns how a document is rendered: whole where all of it is there, else streamed; the nonce of this response on every script.
import { PassThrough, Writable } from "node:stream";
import type { ActionFunctionArgs, AppLoadContext, EntryContext, LoaderFunctionArgs } from "@remix-run/node";
import { createReadableStreamFromReadable } from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { createLogger } from "#app/platform/log.ts";
import { pathPattern } from "#app/server/access-log.ts";
import { DocumentContext, type DocumentSettings, schemeFromCookies } from "./ui/document-context.ts";

declare module "@remix-run/node" {
  interface Future {
    v3_singleFetch: true;
  }
}

/** Milliseconds until data that a loader deferred counts as failed. */
export const streamTimeout = 5_000;

/** Milliseconds that a finished shell waits for the rest, so that most pages leave in one piece: a stream costs more. */
const PATIENCE_MS = 10;

const log = createLogger("web");

/** Renders one document. Crawlers get it whole; browsers get the shell soon and deferred parts as they come. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
  loadContext: AppLoadContext,
): Promise<Response> {
  const settings: DocumentSettings = {
    nonce: loadContext.nonce,
    scheme: schemeFromCookies(request.headers.get("cookie")),
    language: "en",
  };
  const bot = isbot(request.headers.get("user-agent") ?? "");
  headers.set("content-type", "text/html; charset=utf-8");

  return new Promise((resolve, reject) => {
    let shellReady = false;
    let sent = false;
    let failed = false;
    let patience: NodeJS.Timeout | undefined;
    const respond = (body: BodyInit) => {
      sent = true;
      resolve(new Response(body, { headers, status: failed ? 500 : status }));
    };
    const { pipe, abort } = renderToPipeableStream(
      <DocumentContext.Provider value={settings}>
        <RemixServer context={remixContext} url={request.url} nonce={settings.nonce} />
      </DocumentContext.Provider>,
      {
        nonce: settings.nonce,
        onShellReady() {
          shellReady = true;
          if (bot) return;
          patience = setTimeout(() => {
            const body = new PassThrough();
            body.once("close", stop);
            respond(createReadableStreamFromReadable(body));
            pipe(body);
          }, PATIENCE_MS);
        },
        onAllReady() {
          clearTimeout(patience);
          if (sent) return;
          stop();
          const pieces: Buffer[] = [];
          const whole = new Writable({
            write(piece, _encoding, done) {
              pieces.push(piece);
              done();
            },
          });
          whole.once("finish", () => respond(Buffer.concat(pieces)));
          pipe(whole);
        },
        onShellError(error: unknown) {
          stop();
          reject(error);
        },
        onError(error: unknown) {
          failed = true;
          // Errors before the shell reject the promise and are reported there.
          if (shellReady && !request.signal.aborted) log.error("render_failed", { error });
        },
      },
    );
    // A moment longer than the data may take, so that a late rejection is still rendered.
    const timer = setTimeout(abort, streamTimeout + 1_000);
    request.signal.addEventListener("abort", abort, { once: true });

    function stop() {
      clearTimeout(timer);
      request.signal.removeEventListener("abort", abort);
    }
  });
}

/** Reports what a loader or action threw unexpectedly. A person who left, or a mistyped address, is no error. */
export function handleError(error: unknown, { request }: LoaderFunctionArgs | ActionFunctionArgs): void {
  if (request.signal.aborted || (isRouteErrorResponse(error) && error.status < 500)) return;
  const { pathname } = new URL(request.url);
  log.error("request_failed", { method: request.method, path: pathPattern(pathname), error });
}
