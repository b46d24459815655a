// The bank's question to the card's holder (3-D Secure), and its two answers.
import { html } from "hono/html";
import { page } from "./layout.ts";

/** @param words what is to be paid or saved */
export function challengePage(words: string): Promise<Response> {
  return page(
    "3-D Secure",
    html`<div><h1>Confirm with your bank</h1><p>${words}</p>
<p class="quiet">A real bank would ask for a code or for your finger here. Choose what it finds.</p>
<form method="post"><button class="main" name="answer" value="complete">Complete</button><button name="answer" value="fail">Fail</button></form></div>`,
  );
}
