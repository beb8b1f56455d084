/** The rate so far and the time that the rest will take, for people: "312 images/s, 1:02 left". */
export function remainingTime(done: number, total: number, elapsedMs: number): string {
  if (done === 0) return '';
  const perSecond = (1000 * done) / elapsedMs;
  const seconds = Math.ceil((total - done) / perSecond);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  const left =
    hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return `${ratePerSecond(done, elapsedMs)} images/s, ${left} left`;
}

/** Three digits are enough for a slow model, and whole images for a fast one. */
export function ratePerSecond(done: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (1000 * done) / elapsedMs : 0;
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(3);
}
