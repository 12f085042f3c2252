#!/bin/sh
# After the files are gone: dpkg says `remove`, then `purge` where nothing is to stay; rpm how many versions stay.
set -e
case $1 in
  purge)
    rm -rf /etc/idpmap /var/lib/idpmap /var/spool/postfix/idpmap
    if getent passwd idpmap >/dev/null; then userdel idpmap; fi
    if getent group idpmap >/dev/null; then groupdel idpmap; fi
    ;;
  remove) rm -rf /run/idpmap ;;
  0)
    # rpm purges nothing, and leaves folders that a configuration of somebody's own is not in.
    rm -rf /run/idpmap /var/spool/postfix/idpmap
    if [ -d /etc/idpmap ]; then rmdir --ignore-fail-on-non-empty /etc/idpmap; fi
    ;;
  *) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
