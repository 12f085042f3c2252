import type { MapKind } from './options.ts';

interface Words {
  readonly refused: (was: string) => string;
  readonly taken: (is: string) => string;
}

/** What a key means that one has and the other has not, by kind; a kind that is not here is told of as a table. */
export const WORDS: Readonly<Partial<Record<MapKind, Words>>> & { readonly table: Words } = {
  mailboxes: { refused: () => 'would be refused (550)', taken: () => 'would be taken' },
  recipients: { refused: () => 'would be refused (550)', taken: () => 'would be taken' },
  domains: {
    refused: () => 'mail for the domain would be refused (554 Relay access denied)',
    taken: () => 'mail for the domain would be taken',
  },
  aliases: {
    refused: (was) =>
      `would be refused (550), or stay in a mailbox of that address; until now it goes to ${was}`,
    taken: (is) => `would be taken, and go to ${is}`,
  },
  senders: {
    refused: (was) => `nobody could send as it any more (553); until now ${was} may`,
    taken: (is) => `${is} could send as it, and nobody may until now`,
  },
  table: {
    refused: (was) => `would not be found; until now it is ${was}`,
    taken: (is) => `would be ${is}, and is not found until now`,
  },
};
