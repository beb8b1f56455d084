import t from 'tap';
import { AnswerReader } from '../../../bench/chaos/answer-reader.js';

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Name: value\r\n\r\nabc';
const CHUNKED =
  'HTTP/1.1 503 \r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

t.test('answers are found wherever the bytes are split', async (t) => {
  const all = Buffer.from(LENGTH + CONTINUE + CHUNKED + LENGTH, 'latin1');
  for (let at = 0; at <= all.length; at++) {
    const reader = new AnswerReader();
    const answers = [...reader.read(all.subarray(0, at)), ...reader.read(all.subarray(at))];
    t.same(
      answers.map(({ status, body }) => [status, body.toString()]),
      [
        [200, 'abc'],
        [503, 'abc'],
        [200, 'abc'],
      ],
    );
    t.equal(answers[0]?.headers.get('x-name'), 'value');
    t.ok(reader.isLast);
  }
});
