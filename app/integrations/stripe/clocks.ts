// Stripe's test clocks: customers on one live in its time. https://docs.stripe.com/billing/testing/test-clocks
import { setTimeout as pause } from "node:timers/promises";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Connection } from "./connection.ts";
import { seconds } from "./map.ts";

const PATIENCE_MS = 120_000;
const LOOK_MS = 500;

export function clocksOf({ sdk, read, write }: Connection): Pick<BillingProvider, "advanceClock"> {
  return {
    async advanceClock(clockId, to) {
      const at = seconds(to);
      await write(`clock:${clockId}:${at}`, (options) =>
        sdk.testHelpers.testClocks.advance(clockId, { frozen_time: at }, options),
      );
      for (const started = Date.now(); Date.now() - started < PATIENCE_MS; await pause(LOOK_MS)) {
        const { status } = await read(() => sdk.testHelpers.testClocks.retrieve(clockId));
        if (status === "ready") return;
        if (status === "internal_failure") break;
      }
      throw new AppError("unavailable", "The test clock didn't get there. Stripe's dashboard shows why.");
    },
  };
}
