// `npm run fuzz`: Schemathesis against the API that runs here, as an admin. It reads the OpenAPI
// document, sends what fits it and what does not, and fails on a 500 and on any answer that the
// document does not know. Exit code: that of Schemathesis, 2 for wrong usage.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeToken } from './make-token.ts';
import { placesOf } from './places.ts';
import { runCommand } from './run-command.ts';
import { StackError } from './stack-error.ts';

const version = '4.32.5';
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
];

const help = `Tries the running API with requests that nobody would think of. It writes: run it on a
local stack, started with ADMIN_WRITES_PER_MINUTE=0 npm start (else most writes are a 429).

  npm run fuzz                      about 10,000 requests
  npm run fuzz -- --requests 1000

  --requests N   about how many (default: 10000)
  --seed N       the same requests again
  -h, --help     this text

Needs Python 3.10 or later with venv; Schemathesis ${version} is installed below .stack/.
`;

interface Wanted {
  requests: number;
  seed: string | undefined;
}

export async function main(): Promise<number> {
  const wanted = readWanted();
  if (typeof wanted === 'number') return wanted;
  const url = `http://127.0.0.1:${process.env.PORT || '8000'}/openapi.json`;
  const operations = await countOperations(url);
  const folder = await installSchemathesis();
  const token = await makeToken({ env: process.env, role: 'admin', subject: 'fuzz', hours: 2 });
  // By name, so that the token is on no command line.
  const config = join(folder, 'schemathesis.toml');
  writeFileSync(config, '[headers]\nAuthorization = "Bearer ${FUZZ_TOKEN}"\n');
  const examples = String(Math.ceil(wanted.requests / operations));
  const child = spawn(
    join(folder, 'bin/schemathesis'),
    [
      ...['--config-file', config, 'run', url, '--checks', checks.join(',')],
      ...['--max-examples', examples, '--continue-on-failure', '--suppress-health-check', 'all'],
      ...(wanted.seed === undefined ? [] : ['--seed', wanted.seed]),
    ],
    { cwd: folder, stdio: 'inherit', env: { ...process.env, FUZZ_TOKEN: token } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function readWanted(): Wanted | number {
  const options = {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: process.argv.slice(2), options });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
    const isNumber = /^[1-9]\d{0,6}$/;
    if (!isNumber.test(values.requests) || !isNumber.test(values.seed ?? '1')) {
      throw new TypeError('--requests and --seed take whole numbers from 1.');
    }
    return { requests: Number(values.requests), seed: values.seed };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nSee: npm run fuzz -- --help\n`);
    return 2;
  }
}

async function countOperations(url: string): Promise<number> {
  const document = await fetch(url).then(
    async (response) => (await response.json()) as { paths: Record<string, object> },
    (cause: unknown) => {
      throw new StackError(`No API answers at ${url}: start one with npm start.`, { cause });
    },
  );
  return Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length;
}

/** The folder of its virtual environment, made when it is first asked for. */
async function installSchemathesis(): Promise<string> {
  const folder = join(placesOf('').bin, `schemathesis-${version}`);
  if (!existsSync(join(folder, 'bin/schemathesis'))) {
    process.stdout.write(`Installing Schemathesis ${version} in ${folder}\n`);
    const what = 'Installing Schemathesis';
    await runCommand({ command: 'python3', args: ['-m', 'venv', folder], what });
    const args = ['install', '--quiet', `schemathesis==${version}`];
    await runCommand({ command: join(folder, 'bin/pip'), args, what });
  }
  return folder;
}
