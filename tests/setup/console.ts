// A test that makes the product write to console.error fails, and says what was written.
import { afterEach, beforeEach, expect, type MockInstance, vi } from "vitest";

let errors: MockInstance<typeof console.error>;

beforeEach(() => {
  errors = vi.spyOn(console, "error");
});

afterEach(() => {
  const written = errors.mock.calls.map((call) => call.map(String).join(" "));
  errors.mockRestore();
  expect(written, "console.error was called").toEqual([]);
});
