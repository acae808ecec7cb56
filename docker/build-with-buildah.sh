#!/usr/bin/env bash
# Builds the image where there is neither Docker nor a registry of images: on Debian, as root, with the packages
# buildah and mmdebstrap, and npm. Arguments go to buildah: docker/build-with-buildah.sh -t wxpass:trial --target trial
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export BUILDAH_ISOLATION=chroot

# The name that the Dockerfile asks for.
base=docker.io/library/node:24-bookworm-slim

main() {
  buildah inspect --type image "$base" > /dev/null 2>&1 || make_base
  buildah bud --pull-never --layers --format docker -f docker/Dockerfile "$@" .
}

# Debian's minimum, and Node from npm, as the official image has them.
make_base() {
  local rootfs container
  rootfs=$(mktemp --suffix=.tar)
  mmdebstrap --variant=minbase --include=ca-certificates,libstdc++6,passwd bookworm "$rootfs"
  container=$(buildah from scratch)
  buildah add "$container" "$rootfs" /
  buildah copy "$container" "$(npx -y -p node@24 node -p process.execPath)" /usr/local/bin/node
  buildah copy "$container" "$(npm root -g)/npm" /usr/local/lib/node_modules/npm
  buildah run "$container" -- sh -c '
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
    groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node'
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --rm "$container" "$base"
  rm "$rootfs"
}

main "$@"
