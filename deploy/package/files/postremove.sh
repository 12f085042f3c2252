#!/bin/sh
# After the files are gone: dpkg says `remove`, then `purge` where nothing is to stay; rpm how many versions stay.
set -e
case $1 in
  purge)
    rm -rf /etc/idpmap /var/lib/idpmap /var/spool/postfix/idpmap
    if getent passwd idpmap >/dev/null; then userdel idpmap; fi
    if getent group idpmap >/dev/null; then groupdel idpmap; fi
    ;;
  remove | 0) rm -rf /run/idpmap ;;
  *) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
