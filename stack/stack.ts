// `npm run stack`: the servers alone, until Ctrl-C.

import { removeEnvFile, writeEnvFile } from './env-file.ts';
import { startLocalServers } from './local-servers.ts';
import { createProgress } from './progress.ts';
import { runSession, type Session } from './session.ts';

export async function main(): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const run = async ({ places, stop, onEnd }: Session): Promise<number> => {
    const progress = createProgress({ stream: process.stdout, env: process.env });
    void stop.then(() => progress.close());
    const options = { places, env: process.env, progress, ports: 'usual', say } as const;
    const servers = await startLocalServers(options).finally(() => progress.close());
    onEnd(async () => {
      say('Stopping the servers.');
      removeEnvFile(places.env);
      await servers.stop();
    });
    writeEnvFile(places.env, servers.env);
    say(
      `\nThe servers run. Their addresses are in .stack/env; logs in ${places.logs}.\n` +
        'In other terminals: npm run migrate, seed, api, listener, cleaner, auditor or sql.\n' +
        'Ctrl-C stops them.',
    );
    await stop;
    return 0;
  };
  const command = 'npm run stack';
  return runSession({ instances: [''], command, codeWhenStopped: 0, say, body: run });
}
