#!/bin/sh
# Before the files go: dpkg says `remove` or `upgrade`, rpm how many versions stay. An upgrade stops nothing.
set -e
case $1 in
  remove | 0) ;;
  *) exit 0 ;;
esac
[ -d /run/systemd/system ] || exit 0
systemctl disable --now idpmap idpmap-relief
