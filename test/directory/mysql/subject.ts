import type { Registration } from '../../support/conformance/registration.ts';

/** It needs servers of its own. */
export const registration: Registration = { examinedBy: 'integration/sql-conformance.test.ts' };
