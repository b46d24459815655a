// Deno program: serves every supabase/functions/<name> in one process at /functions/v1/<name>, as Supabase's runtime
// does. Each function calls Deno.serve when it is loaded; here that call is recorded instead of opening a port.
// Usage: deno run … app/local/functions.ts <host> <port> [<folder of functions>] [--supervised]

type Handler = (request: Request, info: unknown) => Response | Promise<Response>;
interface Server {
  shutdown(): Promise<void>;
}
interface ServeOptions {
  hostname: string;
  port: number;
  onListen: () => void;
  onError: (error: unknown) => Response;
}
/** What this file needs of Deno; the rest of the project is checked with Node's types. */
declare const Deno: {
  args: string[];
  serve: (options: ServeOptions | Handler, handler?: Handler) => Server;
  readDirSync(path: URL): Iterable<{ name: string; isDirectory: boolean }>;
  statSync(path: URL): unknown;
  addSignalListener(signal: "SIGTERM" | "SIGINT", listener: () => void): void;
  stdin: { readable: ReadableStream<Uint8Array> };
  exit(code: number): never;
};

const DRAIN_MS = 10_000;
const MOUNT = "/functions/v1/";
const [hostname = "127.0.0.1", port = "3001", folder = "../../supabase/functions/"] = Deno.args.filter(
  (arg) => !arg.startsWith("--"),
);
const root = new URL(folder, import.meta.url);
const serve = Deno.serve;
const handlers = new Map<string, Handler>();

const log = (event: string, fields: Record<string, unknown> = {}): void =>
  console.log(
    JSON.stringify({ time: new Date().toISOString(), level: "info", event, service: "functions", ...fields }),
  );

for (const { name, isDirectory } of Deno.readDirSync(root)) {
  const entry = new URL(`${name}/index.ts`, root);
  if (!isDirectory || !exists(entry)) continue;
  Deno.serve = (first, second) => {
    const handler = typeof first === "function" ? first : second;
    if (handler) handlers.set(name, handler);
    return { shutdown: async () => {} };
  };
  await import(entry.href);
  if (!handlers.has(name)) throw new Error(`supabase/functions/${name}/index.ts didn't call Deno.serve.`);
}
Deno.serve = serve;

const answer = (status: number, code: string, detail: string): Response =>
  new Response(JSON.stringify({ type: "about:blank", title: detail, status, code, detail }), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });

const server = serve(
  {
    hostname,
    port: Number(port),
    onListen: () => log("ready", { port: Number(port), functions: [...handlers.keys()] }),
    onError: (error) => {
      log("request_failed", { error: error instanceof Error ? error.stack : String(error) });
      return answer(500, "internal", "Something went wrong on our side.");
    },
  },
  (request, info) => {
    const path = new URL(request.url).pathname;
    if (path === "/healthz") return Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
    const name = path.startsWith(MOUNT) ? path.slice(MOUNT.length).split("/", 1)[0] : undefined;
    const handler = name && handlers.get(name);
    return handler ? handler(request, info) : answer(404, "not_found", "There is no such function.");
  },
);

function exists(path: URL): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

let draining = false;
async function drain(): Promise<void> {
  if (draining) return;
  draining = true;
  log("draining");
  await Promise.race([server.shutdown(), new Promise((done) => setTimeout(done, DRAIN_MS))]);
  Deno.exit(0);
}
Deno.addSignalListener("SIGTERM", drain);
Deno.addSignalListener("SIGINT", drain);
if (Deno.args.includes("--supervised")) {
  // Standard input ends when the starter is gone, even after kill -9.
  void Deno.stdin.readable
    .pipeTo(new WritableStream())
    .catch(() => {})
    .then(drain);
}
