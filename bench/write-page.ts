import { writeFileSync } from 'node:fs';
import { benchmarksPage } from './http/benchmarks-page.js';

// Developers' command, a part of npm run docs. A test holds the page in step with the results.

writeFileSync('docs/benchmarks.md', benchmarksPage());
