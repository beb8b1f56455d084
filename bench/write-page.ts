import { writeFileSync } from 'node:fs';
import { benchmarksPage } from './http/benchmarks-page.js';

// Developer command, part of npm run docs. A test fails if the page is out of date.

writeFileSync('docs/benchmarks.md', benchmarksPage());
