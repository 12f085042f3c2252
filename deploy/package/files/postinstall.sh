#!/bin/sh
# After the files are there: dpkg says `configure VERSION-BEFORE`, rpm how many versions are installed.
set -e
case $1 in
  configure) before=$2 ;;
  1) before= ;;
  [2-9]*) before=another ;;
  *) exit 0 ;;
esac

systemd-sysusers idpmap.conf
# Without Postfix there is no group `postfix` yet: the unit does this again whenever it starts.
systemd-tmpfiles --create idpmap.conf || true

[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
if [ -z "$before" ]; then
  echo 'idpmap runs once it is configured: /etc/idpmap/idpmap.yaml says how'
elif systemctl --quiet is-active idpmap; then
  # Without one deferred mail: what was installed now takes over, and hands back once idpmap runs it, too.
  if systemctl start idpmap-relief; then
    systemctl restart idpmap
  else
    echo 'idpmap: the new version does not start, so the one before goes on: see "journalctl -u idpmap-relief"' >&2
  fi
fi
