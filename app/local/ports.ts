// Finding free ports on loopback.
import { createServer } from "node:net";

export const LOOPBACK = "127.0.0.1";

/** The wished port when it is free on loopback, else any free one. */
export async function freePort(wished = 0): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", () => (wished === 0 ? failed(new Error("No port is free on 127.0.0.1.")) : done(freePort(0))));
    probe.listen(wished, LOOPBACK, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : wished));
    });
  });
}
