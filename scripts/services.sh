#!/bin/sh
# Starts a throw-away PostgreSQL on loopback for tests and prints, as the last
# line, its URL for HANDOFF_TEST_POSTGRES. Run again, it does nothing new.
#
#   scripts/services.sh          start, and print the URL
#   scripts/services.sh stop     stop it and delete its data
#
# The data is worth nothing: fsync is off.
set -eu

port=${HANDOFF_SERVICES_PORT:-55432}
if [ "$(id -u)" = 0 ]; then
  # PostgreSQL refuses to run as root, and its own user cannot look into our folder.
  home=${TMPDIR:-/tmp}/handoff-services
  as() { (cd / && runuser -u postgres -- "$@"); }
else
  home=$(cd "$(dirname "$0")/.." && pwd)/.services
  as() { "$@"; }
fi
data=$home/postgres
log=$home/postgres.log

bin() {
  found=$(command -v "$1" || ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null | sort -V | tail -n 1) || true
  if [ -d /usr/lib/postgresql ]; then
    debian=$(ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null | sort -V | tail -n 1) || true
    found=${debian:-$found}
  fi
  echo "$found"
}

stop() {
  if [ -f "$data/postmaster.pid" ]; then
    as "$(bin pg_ctl)" -D "$data" -m immediate -w stop >&2 || true
  fi
  rm -rf "$home"
  echo "stopped" >&2
}

install() {
  [ -n "$(bin initdb)" ] && return
  if [ "$(id -u)" != 0 ]; then
    echo "PostgreSQL is not installed: apt-get install postgresql" >&2
    exit 1
  fi
  echo "installing PostgreSQL" >&2
  apt-get install -y --no-install-recommends postgresql >&2
}

start() {
  if [ ! -f "$data/PG_VERSION" ]; then
    mkdir -p "$home"
    if [ "$(id -u)" = 0 ]; then chown postgres "$home"; fi
    as "$(bin initdb)" -D "$data" -U handoff --auth=trust --encoding=UTF8 --locale=C.UTF-8 >&2
  fi
  if ! as "$(bin pg_ctl)" -D "$data" status >/dev/null 2>&1; then
    as "$(bin pg_ctl)" -D "$data" -l "$log" -w \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=500" \
      start >&2
  fi
}

case ${1:-start} in
stop) stop ;;
start)
  install
  start
  echo "postgres://handoff@127.0.0.1:$port/postgres?sslmode=disable"
  ;;
*)
  echo "usage: scripts/services.sh [start|stop]" >&2
  exit 2
  ;;
esac
