import { LEAST, type Row } from './row.ts';

/** Endpoints as other programs write them. */
export const ENDPOINTS: readonly Row[] = [
  [`${LEAST}listen: «9100»`, 'tcp://127.0.0.1:9100'],
  [`${LEAST}listen: «":9100"»`, 'tcp://127.0.0.1:9100'],
  [`${LEAST}listen: «127.0.0.1»`, 'tcp://127.0.0.1:9100'],
  [`${LEAST}listen: «"*:9100"»`, 'tcp://127.0.0.1:9100'],
  [`${LEAST}listen: «tcp:127.0.0.1:9200»`, 'tcp://127.0.0.1:9200'],
  [`${LEAST}listen: «tcp://127.0.0.1»`, 'tcp://127.0.0.1:9100'],
  [`${LEAST}listen: «tcp://127.0.0.1:9200/»`, 'tcp://127.0.0.1:9200'],
  [`${LEAST}listen: «tcp://::1:9200»`, '"tcp://[::1]:9200"'],
  [`${LEAST}listen: «inet:127.0.0.1:9200»`, 'tcp://127.0.0.1:9200'],
  [`${LEAST}listen: «socketmap:inet:127.0.0.1:9200»`, 'tcp://127.0.0.1:9200'],
  [
    `${LEAST}listen: «{ host: 127.0.0.1, port: 9200 }»`,
    'tcp://127.0.0.1:9200',
    'write listen: tcp://127.0.0.1:9200',
  ],
  [`${LEAST}listen: [«{ path: /run/idpmap/socketmap }»]`, 'unix:/run/idpmap/socketmap'],
  [`${LEAST}listen: «/run/idpmap/socketmap»`, 'unix:/run/idpmap/socketmap'],
  [`${LEAST}listen: «/run/idpmap/socketmap?mode=0660»`, 'unix:/run/idpmap/socketmap?mode=0660'],
  [
    `${LEAST}listen: «socketmap:unix:/run/idpmap/socketmap:user-exists»`,
    'unix:/run/idpmap/socketmap',
  ],
  [`${LEAST}listen: «unix:/run/x?mode=0660,group=postfix»`, 'unix:/run/x?mode=0660&group=postfix'],
  [`${LEAST}listen: «unix:/run/x?mode=rw»`, 'unix:/run/x?mode=0660', 'write mode=0660'],
  [
    `${LEAST}listen: «[127.0.0.1:9100, 127.0.0.1:9100]»`,
    '127.0.0.1:9100',
    'is listed twice, keep one',
  ],
  [`${LEAST}http: «9101»`, 'tcp://127.0.0.1:9101'],
  [`${LEAST}http: «127.0.0.1»`, 'tcp://127.0.0.1:9101'],
  [`${LEAST}http: «http://127.0.0.1:9200/»`, 'tcp://127.0.0.1:9200'],
  [
    `${LEAST}http: «{ host: 127.0.0.1, port: 9200 }»`,
    'tcp://127.0.0.1:9200',
    'write http: tcp://127.0.0.1:9200',
  ],
  [`${LEAST}http: «false»`, 'off'],
  [`${LEAST}http: «none»`, 'off'],
  [`${LEAST}http: { hosts: «"https://mail.example.org/"» }`, 'mail.example.org'],
  [`${LEAST}http: { hosts: [«mail.example.org:80»] }`, 'mail.example.org'],
  [
    `${LEAST}listen: { endpoint: "tcp://10.0.0.5:9100", allow: «10.0.0.0/255.0.0.0», acknowledgeUnauthenticated: true }`,
    '10.0.0.0/8',
  ],
  [
    `${LEAST}listen: { endpoint: "tcp://10.0.0.5:9100", allow: «10.», acknowledgeUnauthenticated: true }`,
    '10.0.0.0/8',
  ],
  [
    `${LEAST}listen: { endpoint: "tcp://10.0.0.5:9100", allow: «"10.0.0.0/8, 192.168.0.0/16"», acknowledgeUnauthenticated: true }`,
    '[ 10.0.0.0/8, 192.168.0.0/16 ]',
  ],
  [
    `${LEAST}listen: { endpoint: "tcp://10.0.0.5:9100", allow: 10.0.0.0/8, acknowledgeUnauthenticated: «yes» }`,
    'true',
  ],
];
