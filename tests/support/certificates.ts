// Certificates that a test needs, made for it, and a server that shows them.
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { generate } from "selfsigned";

export interface Authority {
  key: string;
  cert: string;
}

const KEY = { keyType: "ec", algorithm: "sha256" } as const;

export async function newAuthority(): Promise<Authority> {
  const made = await generate([{ name: "commonName", value: "Test authority" }], {
    ...KEY,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** @param days from when until when it is valid, from now on */
export async function newCertificate(
  authority: Authority | null,
  names: string[],
  days: { from: number; to: number } = { from: -1, to: 89 },
): Promise<Authority> {
  const day = (n: number) => new Date(Date.now() + n * 86_400_000);
  const made = await generate([{ name: "commonName", value: names[0] ?? "nobody" }], {
    ...KEY,
    notBeforeDate: day(days.from),
    notAfterDate: day(days.to),
    extensions: [
      { name: "keyUsage", digitalSignature: true },
      { name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value }) as const) },
    ],
    ...(authority && { ca: authority }),
  });
  return { key: made.private, cert: made.cert };
}

export interface Edge {
  port: number;
  close(): void;
}

/** On loopback. */
export const startTls = (options: TlsOptions): Promise<Edge> =>
  listen(createServer(options, (socket) => socket.end()).on("tlsClientError", () => {}));

/** Takes connections and does with them what a test wants. */
export const startTcp = (behave: (socket: Socket) => void): Promise<Edge> => listen(createTcpServer(behave));

async function listen(server: Server): Promise<Edge> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
