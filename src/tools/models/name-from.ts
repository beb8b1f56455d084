/** What model.json takes as a name, made of what a file or folder is called. */
export function nameFrom(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return name.replace(/^[^a-z0-9]+/, '').slice(0, 64) || 'mine';
}
