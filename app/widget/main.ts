// The script's entry: runs once per page, waits for the document, and offers window.Foyer.

import { findScript, readOptions } from "./options.ts";
import { type Foyer, startWidget } from "./widget.ts";

// Marks a running widget; window.Foyer itself may belong to the host page.
const RUNNING = Symbol.for("foyer.widget");

/** Defines a property of window that destroy can take away again; false when the page has it locked. */
function define(name: PropertyKey, value: unknown): boolean {
  return Reflect.defineProperty(window, name, { value, configurable: true, writable: true });
}

function start(script: HTMLScriptElement): void {
  const options = readOptions(script);
  if (!options) {
    console.warn("Foyer: the script tag has no data-key, so the chat isn't shown.");
    return;
  }
  define(RUNNING, true);
  const calls: ((foyer: Foyer) => void)[] = [];
  let widget: Foyer | null = null;
  let destroyed = false;
  const run = (call: (foyer: Foyer) => void) => (widget ? call(widget) : calls.push(call));
  const foyer: Foyer = {
    open: () => void run((it) => it.open()),
    close: () => void run((it) => it.close()),
    toggle: () => void run((it) => it.toggle()),
    destroy() {
      destroyed = true;
      widget?.destroy();
      Reflect.deleteProperty(window, RUNNING);
      if (Reflect.get(window, "Foyer") === foyer) Reflect.deleteProperty(window, "Foyer");
    },
  };
  // An element with the id "Foyer" is no own property of window and may be covered; a variable of the page's may not.
  if (Reflect.getOwnPropertyDescriptor(window, "Foyer") && Reflect.get(window, "Foyer") !== undefined) {
    console.warn("Foyer: window.Foyer belongs to this page, so the chat can't be controlled from scripts.");
  } else {
    define("Foyer", foyer);
  }

  const begin = () => {
    if (destroyed) return;
    widget = startWidget(options);
    for (const call of calls) call(widget);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
  else begin();
}

const script = findScript();
if (script && !Reflect.has(window, RUNNING)) start(script);
