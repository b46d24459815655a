// The widget's words and what it makes of the visitor's.

import { expect, test } from "vitest";
import { cleanMessage } from "#app/widget/composer.ts";
import { fill, stringsFor } from "#app/widget/strings.ts";

test("every language has the same words with the same gaps", () => {
  const gaps = (text: string) => text.match(/\{\w+\}/g) ?? [];
  const english = Object.entries(stringsFor("en").strings).map(([name, text]) => [name, gaps(text)]);
  for (const lang of ["de", "es", "fr"]) {
    const { lang: found, strings } = stringsFor(lang);
    expect(found).toBe(lang);
    expect(Object.entries(strings).map(([name, text]) => [name, gaps(text)])).toEqual(english);
    for (const text of Object.values(strings)) expect(text).not.toBe("");
  }
});

test("the first language that the widget speaks wins, and English is the last resort", () => {
  expect(stringsFor(null, "de-AT").lang).toBe("de");
  expect(stringsFor("fr_CA", "de").lang).toBe("fr");
  expect(stringsFor("ja", "").lang).toBe("en");
});

test("filling in takes the value as it is", () => {
  expect(fill("Chat with {name}", "$& {name}")).toBe("Chat with $& {name}");
});

test("a message loses control characters and outer white space, nothing else", () => {
  expect(cleanMessage(" a\u0000b\u0007\r\n\tc 🙂\u00a0 ")).toBe("ab\n\tc 🙂");
  expect(cleanMessage("\u0000 \n")).toBe("");
});
