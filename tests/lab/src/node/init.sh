#!/bin/sh
# Process 1 of a lab node. Called inside fresh mount, UTS, IPC and PID namespaces:
#   init.sh NODE_FOLDER NODE_NAME [FOLDER_TO_KEEP_VISIBLE...]
# Gives the node its own /etc, /run, /var/lib and /var/log, so that every path is what it is on a
# real machine, then keeps its services running as systemd's Restart=always does.
set -u
node=$1
name=$2
shift 2

printf %s "$name" >/proc/sys/kernel/hostname

# What the node must still see although it lies below a folder that becomes its own.
for keep in "$@"; do
    case $keep in
    /var/lib/*)
        mkdir -p "$node/var-lib/${keep#/var/lib/}"
        mount --rbind "$keep" "$node/var-lib/${keep#/var/lib/}"
        ;;
    esac
done

rm -rf "$node/run"/* 2>/dev/null
mkdir -p "$node/run/lock" "$node/run/sshd" "$node/run/lab"
mount --bind "$node/var-log" /var/log
mount --bind "$node/etc" /etc
mount --bind "$node/run" /run
# Last: the lab's own folder may lie below it.
mount --rbind "$node/var-lib" /var/lib
mount --make-rshared /

# Each executable in /etc/lab/services is a service; /run/lab/NAME.off keeps it from starting again.
for service in /etc/lab/services/*; do
    [ -x "$service" ] || continue
    label=${service##*/}
    (
        while :; do
            if [ -e "/run/lab/$label.off" ]; then
                sleep 0.1
                continue
            fi
            "$service" >>"/var/log/$label.log" 2>&1 &
            child=$!
            echo "$child" >"/run/lab/$label.pid"
            wait "$child"
            sleep 0.1
        done
    ) &
done
: >/run/lab/booted

# Reaps orphans, too.
while :; do
    wait
    sleep 1
done
