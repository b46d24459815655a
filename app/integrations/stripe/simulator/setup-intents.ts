// Owns setup intents: saving a card for later, with the holder's consent.
// https://docs.stripe.com/api/setup_intents
import { declined, invalid, StripeFailure } from "./errors.ts";
import { newId, randomLetters } from "./ids.ts";
import type { SetupIntent } from "./objects.ts";
import { choice, flag, metadata, need, text } from "./params.ts";
import { attach, markAuthenticated, resolveCard, ruleOf } from "./payment-methods.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

export function createSetupIntent(world: World, customer: string | null, fields: Partial<SetupIntent>): SetupIntent {
  const id = newId("seti");
  const at = nowFor(world, customer);
  const row: SetupIntent = {
    id,
    object: "setup_intent",
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomLetters(25)}`,
    created: at,
    customer,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ["card"],
    single_use_mandate: null,
    status: "requires_payment_method",
    usage: "off_session",
    ...fields,
  };
  world.store.put("setup_intent", row);
  announce(world, "setup_intent.created", row, at);
  return row;
}

/** Saves the card, unless it refuses or its holder must answer first. @param passed the holder has just answered */
export function confirmSetup(world: World, id: string, card: string, passed: boolean): SetupIntent {
  const row = find(world, "setup_intent", id);
  const at = nowFor(world, row.customer);
  const { onSave, challenge } = ruleOf(world, card);
  if (onSave) {
    const error = { type: "card_error" as const, ...onSave, payment_method: find(world, "payment_method", card) };
    // The SDK's type nests a whole payment method here; the wire carries the same object.
    const failed = change(world, "setup_intent", row, { last_setup_error: error as SetupIntent["last_setup_error"] });
    announce(world, "setup_intent.setup_failed", failed, at);
    throw declined(onSave, { setup_intent: failed });
  }
  if (challenge && !passed) {
    const url = `${world.settings.publicUrl}/3ds/${id}`;
    const patch = {
      status: "requires_action",
      payment_method: card,
      next_action: { type: "redirect_to_url", redirect_to_url: { return_url: null, url } },
    };
    const waiting = change(world, "setup_intent", row, patch);
    announce(world, "setup_intent.requires_action", waiting, at);
    return waiting;
  }
  if (passed) markAuthenticated(world, card);
  if (row.customer) attach(world, find(world, "payment_method", card), row.customer);
  const done = change(world, "setup_intent", row, {
    status: "succeeded",
    payment_method: card,
    next_action: null,
    last_setup_error: null,
  });
  announce(world, "setup_intent.succeeded", done, at);
  return done;
}

function create({ world, params }: Call): object {
  const customer = text(params, "customer") ?? null;
  if (customer) find(world, "customer", customer, "customer", "customer");
  const given = text(params, "payment_method");
  const card = given ? resolveCard(world, given) : null;
  const made = createSetupIntent(world, customer, {
    description: text(params, "description") ?? null,
    metadata: metadata(params),
    payment_method: card?.id ?? null,
    usage: choice(params, "usage", ["off_session", "on_session"]) ?? "off_session",
    status: card ? "requires_confirmation" : "requires_payment_method",
  });
  if (!flag(params, "confirm")) return made;
  if (!card)
    throw invalid("You cannot confirm this SetupIntent because it's missing a payment method.", "payment_method");
  return confirmSetup(world, made.id, card.id, false);
}

function confirm({ world, id, params }: Call): object {
  const row = find(world, "setup_intent", id, "setupintent");
  if (row.status === "succeeded" || row.status === "canceled")
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      code: "setup_intent_unexpected_state",
      message: `You cannot confirm this SetupIntent because it has a status of ${row.status}.`,
    });
  const given = text(params, "payment_method") ?? row.payment_method;
  if (!given)
    throw invalid("You cannot confirm this SetupIntent because it's missing a payment method.", "payment_method");
  return confirmSetup(world, id, resolveCard(world, given).id, false);
}

function cancel({ world, id }: Call): object {
  const row = find(world, "setup_intent", id, "setupintent");
  const next = change(world, "setup_intent", row, { status: "canceled", next_action: null });
  announce(world, "setup_intent.canceled", next, nowFor(world, row.customer));
  return next;
}

export const setupIntentEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/setup_intents",
    accepts:
      "customer payment_method payment_method_types confirm description metadata usage automatic_payment_methods return_url",
    run: create,
  },
  {
    method: "GET",
    path: "/v1/setup_intents",
    accepts: `customer payment_method ${PAGE}`,
    run: (call) => {
      const customer = text(call.params, "customer");
      return page(call, "setup_intent", "/v1/setup_intents", (row) => !customer || row.customer === customer);
    },
  },
  {
    method: "GET",
    path: "/v1/setup_intents/{id}",
    accepts: "client_secret",
    run: ({ world, id }) => find(world, "setup_intent", id, "setupintent"),
  },
  { method: "POST", path: "/v1/setup_intents/{id}/confirm", accepts: "payment_method return_url", run: confirm },
  { method: "POST", path: "/v1/setup_intents/{id}/cancel", accepts: "cancellation_reason", run: cancel },
  {
    // What the hosted challenge does; here for tests.
    method: "POST",
    path: "/_simulator/setup_intents/{id}/challenge",
    accepts: "passed",
    run: ({ world, id, params }) => {
      const row = find(world, "setup_intent", id, "setupintent");
      if (row.status !== "requires_action" || !row.payment_method) throw invalid("Nothing waits for an answer here.");
      if (need(params, "passed") === "true") return confirmSetup(world, id, row.payment_method, true);
      return change(world, "setup_intent", row, {
        status: "requires_payment_method",
        payment_method: null,
        next_action: null,
      });
    },
  },
];
