import { openApi } from '../api/open-api.js';

/** GET /openapi.json: the API as an OpenAPI 3.1 document. */
export function openApiRoute() {
  let json: string | undefined;
  return function document(): Response {
    json ??= JSON.stringify(openApi());
    return new Response(json, { headers: { 'Content-Type': 'application/json' } });
  };
}
