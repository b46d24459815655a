// A small website on loopback for tests: answers by path, and remembers what it was asked.
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface SiteAnswer {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface SiteRequest {
  path: string;
  headers: IncomingHttpHeaders;
}

export type SitePages = Record<
  string,
  string | SiteAnswer | ((request: SiteRequest) => SiteAnswer | Promise<SiteAnswer>)
>;

export interface Site {
  /** Origin without trailing slash. */
  origin: string;
  pages: SitePages;
  requests: SiteRequest[];
  stop(): Promise<void>;
}

/** Starts a site on a free port of 127.0.0.1. Plain strings are HTML bodies; unknown paths answer 404. */
export async function startSite(pages: SitePages): Promise<Site> {
  const requests: SiteRequest[] = [];
  const site = { pages };
  const server = createServer((incoming, response) => {
    const request = { path: incoming.url ?? "/", headers: incoming.headers };
    requests.push(request);
    const found = site.pages[request.path] ?? { status: 404, body: "<p>Nothing here.</p>" };
    void Promise.resolve(typeof found === "function" ? found(request) : found).then((answer) => {
      const {
        status = 200,
        type = "text/html; charset=utf-8",
        headers = {},
        body = "",
      } = typeof answer === "string" ? { body: answer } : answer;
      response.writeHead(status, { "content-type": type, ...headers }).end(status === 304 ? undefined : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(site, {
    origin: `http://127.0.0.1:${port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
