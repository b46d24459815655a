import { describe, expect, it } from "vitest";
import { nextMove, retryDelaySeconds, type StepState } from "#app/domain/provisioning/plan.ts";

const now = new Date("2026-03-01T12:00:00Z");
const step = (name: StepState["name"], status: StepState["status"], nextAttemptAt: Date | null = null): StepState => ({
  name,
  status,
  attempts: 0,
  nextAttemptAt,
});

describe("what a run does next", () => {
  it("runs the first step that isn't settled", () => {
    expect(nextMove([step("subdomain", "done"), step("theme", "pending"), step("host", "pending")], now)).toEqual({
      kind: "run",
      step: "theme",
    });
  });

  it("runs a step again that was interrupted", () => {
    expect(nextMove([step("subdomain", "running")], now)).toEqual({ kind: "run", step: "subdomain" });
  });

  it("waits for a step whose time hasn't come, and runs it when it has", () => {
    const later = new Date(now.getTime() + 5000);
    expect(nextMove([step("host", "waiting", later)], now)).toEqual({ kind: "wait", until: later });
    expect(nextMove([step("host", "waiting", now)], now)).toEqual({ kind: "run", step: "host" });
  });

  it("is stuck while a step has failed for good, and done when all are settled", () => {
    expect(nextMove([step("host", "failed"), step("welcome", "pending")], now)).toEqual({
      kind: "finish",
      status: "failed",
      again: null,
    });
    expect(nextMove([step("host", "done"), step("welcome", "skipped")], now)).toEqual({
      kind: "finish",
      status: "done",
      again: null,
    });
  });

  it("doubles its delays up to a minute", () => {
    expect([1, 2, 3, 7, 20].map((attempts) => retryDelaySeconds(attempts))).toEqual([1, 2, 4, 60, 60]);
  });
});
