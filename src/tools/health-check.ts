// For the HEALTHCHECK of the container images: exits with code 0 if the server on this host answers, and prints
// nothing.

try {
  const { ok } = await fetch(`http://127.0.0.1:${process.env['PORT']}/v2/health/live`);
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
