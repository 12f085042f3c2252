import { FEEDS } from '../../src/directory/feeds.ts';
import {
  startListedSlapd,
  startMirrored389,
  startMirroredSamba,
  startMirroredSlapd,
  startMirroredSql,
} from '../support/mirror/mirrored.ts';
import {
  describeDrill,
  describeMirroredMail,
  describeRenewal,
  describeReturn,
} from '../support/mirror/scenario.ts';
import { describeWith } from '../support/requirement.ts';

describeWith(['postfix', 'root', 'slapd'], 'mail for people of a mirrored OpenLDAP', () => {
  describeMirroredMail({
    begin: startMirroredSlapd,
    fed: FEEDS.syncrepl,
    mails: 1000,
    meanwhile: describeDrill,
    afterwards: describeReturn,
  });
});

const WHO_ONLY_LISTS = 'mail for people of a mirrored server that only lists';
describeWith(['postfix', 'root', 'slapd'], WHO_ONLY_LISTS, () => {
  describeMirroredMail({ begin: startListedSlapd, fed: FEEDS.listings, mails: 100 });
});

describeWith(['postfix', 'root', 'ds389'], 'mail for people of a mirrored 389-DS', () => {
  describeMirroredMail({ begin: startMirrored389, fed: FEEDS.syncrepl, mails: 100 });
});

const OF_AD = 'mail for people of a mirrored Active Directory';
describeWith(['postfix', 'root', 'samba'], OF_AD, () => {
  describeMirroredMail({
    begin: startMirroredSamba,
    fed: FEEDS.dirsync,
    mails: 100,
    meanwhile: describeRenewal,
  });
});

describeWith(['postfix', 'root', 'postgresql'], 'mail for people of a mirrored database', () => {
  describeMirroredMail({
    begin: startMirroredSql,
    fed: FEEDS.rows,
    mails: 100,
    meanwhile: describeRenewal,
    afterwards: describeReturn,
  });
});
