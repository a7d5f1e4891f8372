#!/usr/bin/env bash
# What `npm run test:external` needs and npm has not, as Debian has it: PostgreSQL with PostGIS from packages, and pgvector, which
# Debian 12 has no package of, from Debian's source. For root. No server is made or started.
set -euo pipefail

POOL=http://deb.debian.org/debian/pool/main
PGVECTOR=0.8.0
PGVECTOR_SHA256=867a2c328d4928a5a9d6f052cd3bc78c7d60228a9b914ad32aa3db88e9de27b0

has() { ls /usr/share/postgresql/*/extension/"$1".control > /dev/null 2>&1; }

install_packages() {
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq -o Acquire::Retries=3
  apt-get install -y -qq --no-install-recommends -o Acquire::Retries=3 \
    postgresql-15 postgresql-15-postgis-3 gcc libc6-dev > /dev/null
}

# The headers are taken out of their package, which would bring a compiler of its own along. Nothing else of it is needed to make
# one library of some C files.
install_pgvector() {
  local work
  work=$(mktemp -d)
  cd "$work"
  /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root download-file "$POOL/p/pgvector/pgvector_$PGVECTOR.orig.tar.gz" pgvector.tar.gz \
    "SHA256:$PGVECTOR_SHA256"
  apt-get download -qq -o APT::Sandbox::User=root postgresql-server-dev-15
  dpkg -x postgresql-server-dev-15_*.deb headers
  tar -xzf pgvector.tar.gz
  cd "pgvector-$PGVECTOR"
  gcc -O2 -fPIC -shared -I"$work/headers/usr/include/postgresql/15/server" \
    -I"$work/headers/usr/include/postgresql/internal" -I/usr/include/postgresql src/*.c -o vector.so
  install -m 644 vector.so /usr/lib/postgresql/15/lib/
  install -m 644 vector.control /usr/share/postgresql/15/extension/
  install -m 644 sql/vector.sql "/usr/share/postgresql/15/extension/vector--$PGVECTOR.sql"
  rm -rf "$work"
}

{ has postgis && command -v gcc > /dev/null; } || install_packages
has vector || install_pgvector
