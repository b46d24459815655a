// What the API doesn't have is a problem too, not a page.
import { AppError } from "#app/platform/errors.ts";
import { apiRoute } from "#app/web/api-route.ts";

const nothing = apiRoute(async () => {
  throw new AppError("not_found", "The API has nothing at this address. See /api/v1/openapi.json.");
});

export const loader = nothing;
export const action = nothing;
