import t from 'tap';
import { countText, msText, percentText, rateText, reasonText } from '../../page/words.js';
import { DISPATCH_REASONS } from '../../src/batcher/index.js';

t.test('every reason of a batch has its words', async (t) => {
  for (const reason of DISPATCH_REASONS) t.not(reasonText(reason), reason);
  t.equal(reasonText('unknown'), 'unknown');
});

t.test('numbers have three digits or so', async (t) => {
  t.same([0, 9.994, 12.34, 456.7, 12_345].map(msText), [
    '0.00 ms',
    '9.99 ms',
    '12.3 ms',
    '457 ms',
    '12.3 s',
  ]);
  t.same([percentText(0.256), percentText(0.99984, 2)], ['26 %', '99.98 %']);
  t.same([0, 0.31, 9.96, 1234.5].map(rateText), ['0', '0.3', '10.0', '1235']);
});

t.test('nouns are counted', async (t) => {
  t.equal(countText(1, 'image'), '1 image');
  t.equal(countText(2, 'image'), '2 images');
  t.equal(countText(20, 'class', 'classes'), '20 classes');
});
