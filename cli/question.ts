// A question that a person answers with yes or no.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** No answer (Ctrl-C, Ctrl-D, the end of the input) is a no. */
export async function agrees(terminal: Terminal, question: string): Promise<boolean> {
  const { input, live } = terminal;
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      terminal.output.write(String(chunk));
      done();
    },
  });
  const dialogue = createInterface({ input, output, terminal: live });
  const unanswered = new Promise<undefined>((resolve) => {
    dialogue.once('close', () => resolve(undefined));
  });
  try {
    // All of it belongs to the prompt: what stands before a prompt on its line is overwritten.
    const asked = dialogue.question(`${question} [y/N] `).catch(() => undefined);
    const answer = await Promise.race([asked, unanswered]);
    if (answer === undefined) terminal.output.write('\n');
    return answer !== undefined && /^y(es)?$/i.test(answer.trim());
  } finally {
    dialogue.close();
  }
}
