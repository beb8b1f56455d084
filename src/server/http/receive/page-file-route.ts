import type { Context } from 'hono';
import type { PageFile } from '../read-page.js';

/** The page loads nothing from elsewhere, runs no inline script, and is shown in no other page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  // The preview of an image is a blob.
  "img-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** GET of a file of the page: 304 if the browser has it already. */
export function pageFileRoute({ text, type, etag }: PageFile) {
  const headers = {
    'Content-Type': type,
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    // A browser asks each time, so that after an upgrade no file is older than another.
    'Cache-Control': 'no-cache',
    ETag: etag,
    // At "/", who does not ask for HTML gets something else.
    Vary: 'Accept',
  };
  return function pageFile(c: Context): Response {
    const isKnown = c.req.header('If-None-Match')?.includes(etag);
    return isKnown ? new Response(null, { status: 304, headers }) : new Response(text, { headers });
  };
}
