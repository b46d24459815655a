// GET /api/v1/openapi.json: the API's description of itself.
import { describedBy } from "#app/web/api/description.ts";
import { apiResource } from "#app/web/api/endpoint.ts";
import { getDescription } from "#app/web/api/platform-endpoints.ts";

const resource = apiResource({ endpoint: getDescription, answer: describedBy });

export const loader = resource;
export const action = resource;
