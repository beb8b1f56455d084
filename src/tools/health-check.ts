// For the HEALTHCHECK of the images: ends with code 0 while the server of this host answers, and prints nothing.

try {
  const { ok } = await fetch(`http://127.0.0.1:${process.env['PORT']}/v2/health/live`);
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
