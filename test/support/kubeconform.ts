// kubeconform, built once with Go, and the schemas of one release of Kubernetes, from a package of
// PyPI that holds them: it would fetch its own from the internet at every run.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlaces, placesOf } from '../../stack/places.ts';
import { installCommand, onPath } from '../../stack/programs.ts';
import { runCommand } from '../../stack/run-command.ts';
import { buildOnce } from '../../stack/servers/build-once.ts';
import { StackError } from '../../stack/stack-error.ts';

const tool = { module: 'github.com/yannh/kubeconform/cmd/kubeconform', version: 'v0.7.0' };
const schemas = { package: 'kubernetes-validate==1.37.0', release: 'v1.35.0' };

/** Resolves with nothing when the manifests are right, rejects with what is not. */
export async function kubeconform(manifests: string): Promise<void> {
  const places = placesOf('');
  makePlaces(places);
  const program = join(places.bin, `kubeconform-${tool.version}`);
  await buildOnce(program, buildTool);
  const folder = join(places.bin, `kubernetes-schemas-${schemas.release}`);
  await buildOnce(folder, unpackSchemas);
  const location = `${folder}/{{.ResourceKind}}{{.KindSuffix}}.json`;
  const what = 'Checking the manifests';
  const args = ['-strict', '-schema-location', location, manifests];
  await runCommand({ what, command: join(program, 'kubeconform'), args });
}

async function buildTool(folder: string): Promise<void> {
  const go = onPath('go');
  if (go === undefined) {
    const command = installCommand({ apt: 'golang-go', dnf: 'golang', brew: 'go' });
    throw new StackError(`kubeconform is built with Go 1.24 or later. Install it:\n  ${command}`);
  }
  const args = ['install', '-trimpath', `${tool.module}@${tool.version}`];
  const env = { GOBIN: folder, CGO_ENABLED: '0' };
  await runCommand({ what: 'Building kubeconform', command: go, args, env });
}

async function unpackSchemas(folder: string): Promise<void> {
  const python = onPath('python3');
  if (python === undefined) throw new StackError('The schemas of Kubernetes need python3 and pip.');
  const what = 'Fetching the schemas of Kubernetes';
  const download = join(folder, 'download');
  mkdirSync(download);
  const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--dest', download, schemas.package];
  await runCommand({ what, command: python, args: pip });
  const [archive = ''] = readdirSync(download);
  const unzip = ['-m', 'zipfile', '-e', join(download, archive), download];
  await runCommand({ what, command: python, args: unzip });
  const all = join(download, 'kubernetes_validate/kubernetes-json-schema');
  const source = join(all, `${schemas.release}-local-strict`);
  for (const name of readdirSync(source)) {
    writeFileSync(
      join(folder, name),
      withNearbyReferences(readFileSync(join(source, name), 'utf8')),
    );
  }
  rmSync(download, { recursive: true });
}

/** They name each other by an address that no file has. */
function withNearbyReferences(text: string): string {
  const { $id: _address, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(schema).replaceAll('/api/_definitions.json', '_definitions.json');
}
