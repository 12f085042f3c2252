#!/bin/sh
# Installs the unit as its head says it. idpmap itself is the repository, which is mounted here and has its own Node.
set -eu
unit=/opt/idpmap/deploy/systemd

mkdir -p /etc/sysusers.d /etc/tmpfiles.d
ln -s /opt/idpmap/deploy/bin/idpmap /usr/local/bin/idpmap
cp $unit/idpmap.sysusers /etc/sysusers.d/idpmap.conf && systemd-sysusers
cp $unit/idpmap.tmpfiles /etc/tmpfiles.d/idpmap.conf && systemd-tmpfiles --create idpmap.conf
cp $unit/idpmap.service $unit/idpmap-places.service /etc/systemd/system
cp $unit/idpmap.service /etc/systemd/system/idpmap-relief.service
install -D -m 644 $unit/idpmap-relief.conf /etc/systemd/system/idpmap-relief.service.d/relief.conf

cat >/etc/idpmap/idpmap.yaml <<'CONFIG'
listen:
  - unix:/var/spool/postfix/idpmap/socketmap?mode=0660&group=postfix
domains: { example.org: { directory: people } }
directories: { people: { type: file, path: people.yaml } }
CONFIG
printf 'accounts: [{ address: ann@example.org }]\n' >/etc/idpmap/people.yaml

idpmap postfix | while IFS= read -r line; do
  case $line in '#'* | '') ;; *) postconf -e "$line" ;; esac
done
postconf -e mydestination= virtual_transport=discard: smtpd_peername_lookup=no disable_dns_lookups=yes \
  smtpd_client_connection_rate_limit=0 maillog_file=/var/log/postfix.log
systemctl daemon-reload
