import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { agrees } from './question.ts';
import { createTerminal } from './terminal.ts';

/** What is typed answers what is asked. */
async function ask(isTTY: boolean, type: (input: PassThrough) => void) {
  const input = Object.assign(new PassThrough(), { isTTY });
  let said = '';
  const output = {
    isTTY,
    write: (text: string) => {
      said += text;
    },
  };
  const terminal = createTerminal({ input, output, errorOutput: output, env: {} });
  const agreed = agrees(terminal, 'Everything goes. Go on?');
  type(input);
  return { agreed: await agreed, said };
}

describe('a question', () => {
  for (const isTTY of [true, false]) {
    const where = isTTY ? 'on a terminal' : 'without a terminal';
    for (const [typed, agreed] of [
      ['y\n', true],
      ['YES\n', true],
      ['\n', false],
      ['n\n', false],
      ['yesterday\n', false],
    ] as const) {
      test(`${JSON.stringify(typed)} ${where} is a ${agreed ? 'yes' : 'no'}`, async () => {
        const answer = await ask(isTTY, (input) => input.write(typed));
        assert.equal(answer.agreed, agreed);
      });
    }

    test(`the end of the input ${where} is a no`, async () => {
      assert.equal((await ask(isTTY, (input) => input.end())).agreed, false);
    });
  }

  test('Ctrl-C and Ctrl-D are a no, and leave the line', async () => {
    for (const key of ['\u0003', '\u0004']) {
      const { agreed, said } = await ask(true, (input) => input.write(key));
      assert.equal(agreed, false);
      assert.match(said, /\n$/);
    }
  });

  test('a terminal that clears its line still shows all of it', async () => {
    const { said } = await ask(true, (input) => input.write('n\n'));
    const clearScreenDown = '\u001b[0J';
    const shown = said.slice(said.indexOf(clearScreenDown));
    assert.match(shown, /Everything goes\. Go on\? \[y\/N\] /);
  });
});
