import { join } from 'node:path';
import t from 'tap';
import { runPackageInstaller } from '../../../src/tools/gpu-install/run-package-installer.js';

const scripts: [string, string, string][] = [
  ['throws', "throw new Error('getaddrinfo ENOTFOUND');", 'getaddrinfo ENOTFOUND'],
  ['ends with a code', 'process.exit(3);', 'it ended with code 3'],
  ['fetches nothing', '', 'it did not download libonnxruntime_providers_shared.so'],
];
for (const [what, script, why] of scripts) {
  t.test(`an installer that ${what}`, async (t) => {
    const folder = t.testdir({ script: { 'install.js': script }, unfinished: {} });
    t.equal(await runPackageInstaller(folder, join(folder, 'unfinished')), why);
  });
}
