import { createDemoDirectory } from '../../../src/directory/demo/demo.ts';
import type { Registration } from '../../support/conformance/registration.ts';
import { peopleSubject } from '../../support/people-subject.ts';

/** The demo with the population in place of its own people. */
export const registration: Registration = peopleSubject((text, { groups, sharedAliases = false }) =>
  createDemoDirectory({
    text,
    listDomains: true,
    groups: { depth: 10, members: 2000, ...groups },
    sharedAliases,
  }),
);
