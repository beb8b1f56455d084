import { writeFileSync } from 'node:fs';
import { benchmarkDocs } from './http/benchmarks-page.js';

// Developer command, part of npm run docs. A test fails if a file is out of date.

for (const [path, text] of Object.entries(benchmarkDocs())) writeFileSync(path, text);
