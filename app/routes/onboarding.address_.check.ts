// Whether an address can be had, asked while it is being typed.
import { countSlugCheck } from "#app/domain/team/throttle.ts";
import { slugState } from "#app/domain/tenants/tenants.ts";
import { memberLoader } from "#app/web/guards.ts";

export const loader = memberLoader("onboarding:write", async ({ actor, services, tx, url }) => {
  const slug = (url.searchParams.get("slug") ?? "").trim().toLowerCase().slice(0, 64);
  await countSlugCheck(services.db, actor.userId);
  return { slug, ...(await slugState(tx, slug)) };
});
