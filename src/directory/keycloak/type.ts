import { defineType } from '../type.ts';
import { keycloakSettings } from './settings.ts';

/** A directory that is a realm of Keycloak. */
export const keycloak = defineType({
  type: 'keycloak',
  about: 'A realm of Keycloak.',
  limits: { inFlight: 16, perSecond: 100 },
  settings: () => keycloakSettings,
  open: async (settings, hooks) =>
    (await import('./keycloak.ts')).createKeycloakDirectory(settings, hooks),
  lists: 'organizations',
  tables: 'none',
  largestGroup: ({ groups }) => groups.members,
  sample: {
    url: 'https://sso.example.org',
    realm: 'mail',
    clientId: 'idpmap',
    clientSecret: { file: '/run/secrets/keycloak' },
  },
});
