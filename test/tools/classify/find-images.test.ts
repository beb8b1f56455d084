import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findImages } from '../../../src/tools/classify/find-images.js';
import { ToolError } from '../../../src/tools/tool-error.js';

t.test('folders are read with all folders in them, in the order of names', async (t) => {
  const folder = t.testdir({
    'b.PNG': '',
    'a.jpg': '',
    'notes.txt': '',
    '.hidden.jpg': '',
    '.git': { 'c.jpg': '' },
    inner: { 'd.webp': '', more: { 'e.tif': '' } },
  });
  const found = [...findImages([folder])];
  t.same(
    found.map((path) => path.slice(folder.length)),
    ['/a.jpg', '/b.PNG', '/inner/d.webp', '/inner/more/e.tif'],
  );
});

t.test('a file that is named itself needs no ending', async (t) => {
  const folder = t.testdir({ photo: '', '.hidden.jpg': '' });
  const paths = ['photo', '.hidden.jpg'].map((name) => join(folder, name));
  t.same([...findImages(paths)], paths);
});

t.test('no image is found twice', async (t) => {
  const folder = t.testdir({ inner: { 'a.jpg': '' }, innermost: { 'b.jpg': '' } });
  const inner = join(folder, 'inner');
  const paths = [inner, `${inner}/`, `${folder}/./inner`, join(inner, 'a.jpg'), `${inner}most`];
  t.same([...findImages(paths)], [join(inner, 'a.jpg'), join(folder, 'innermost/b.jpg')]);
});

t.test('links to images are followed, links to folders are not', async (t) => {
  const folder = t.testdir({ 'a.jpg': '' });
  symlinkSync('a.jpg', join(folder, 'b.jpg'));
  symlinkSync('missing.jpg', join(folder, 'c.jpg'));
  symlinkSync('.', join(folder, 'circle'));
  mkdirSync(join(folder, 'folder.jpg'));
  symlinkSync('folder.jpg', join(folder, 'd.jpg'));
  t.same(
    [...findImages([folder])].map((path) => path.slice(folder.length)),
    ['/a.jpg', '/b.jpg', '/c.jpg'],
    'a link to nothing is an image that cannot be read',
  );
});

t.test('a wrong path is one sentence', async (t) => {
  t.throws(() => [...findImages(['/none'])], new ToolError('there is nothing at /none'));
});
