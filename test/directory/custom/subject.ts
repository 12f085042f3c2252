import { fileURLToPath } from 'node:url';
import { custom } from '../../../src/directory/custom/type.ts';
import type { Registration } from '../../support/conformance/registration.ts';
import { quietHooks } from '../../support/hooks.ts';
import { peopleSubject } from '../../support/people-subject.ts';

const MODULE = fileURLToPath(new URL('people.mjs', import.meta.url));

/** A module whose directory holds the people that its settings say. */
export const registration: Registration = peopleSubject((text, { groups, ...rules }) =>
  custom.open(
    custom.schema.parse({
      type: 'custom',
      module: MODULE,
      settings: { people: text, ...groups },
      listDomains: true,
      ...rules,
    }),
    quietHooks(),
  ),
);
