import { describe, expect, it } from "vitest";
import { paths } from "#app/paths.ts";

describe("addresses", () => {
  it("leave out empty search parameters and escape the rest", () => {
    expect(paths.conversations()).toBe("/conversations");
    expect(paths.conversations({ q: "a&b", page: 2, state: "", from: null })).toBe("/conversations?q=a%26b&page=2");
  });

  it("can't be led elsewhere by an id", () => {
    expect(paths.conversation("../settings")).toBe("/conversations/..%2Fsettings");
    expect(paths.resetPassword("a/b?c")).toBe("/reset-password/a%2Fb%3Fc");
  });
});
