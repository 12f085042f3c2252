import { envExample, jsonSchema } from '../reference.ts';
import { printSettings } from '../settings.ts';
import { type CommonOptions, load } from './common.ts';
import { editorLines } from './editors.ts';
import { EXIT } from './exit.ts';
import { print } from './print.ts';

/** Prints the effective configuration, secrets as `***`. */
export async function configPrint(options: CommonOptions): Promise<number> {
  const { settings } = await load(options);
  print(options, settings, [...editorLines(), printSettings(settings).trimEnd()].join('\n'));
  return EXIT.ok;
}

/** Checks the configuration without asking any directory. */
export async function configValidate(options: CommonOptions): Promise<number> {
  const { file, warnings } = await load(options);
  const where = file ?? 'the environment';
  print(
    options,
    { file: file ?? null, warnings },
    [...warnings, `${where}: no mistakes`].join('\n'),
  );
  return EXIT.ok;
}

/** Prints the JSON Schema of the configuration. */
export async function configSchema(): Promise<number> {
  process.stdout.write(jsonSchema());
  return EXIT.ok;
}

/** Prints every setting as a variable of the environment. */
export async function configEnvironment(): Promise<number> {
  process.stdout.write(envExample());
  return EXIT.ok;
}
