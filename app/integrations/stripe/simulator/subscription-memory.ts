// Owns what the engine remembers of a subscription beyond what Stripe shows.
import type { SubscriptionMemory } from "./objects.ts";
import type { World } from "./world.ts";

export const memoryOf = (world: World, id: string): SubscriptionMemory =>
  world.store.get("subscription_memory", id) ?? {
    id,
    trialAnnounced: null,
    upcomingAnnounced: null,
    usageFrom: {},
    pending: null,
  };
