#!/bin/sh
# Takes a lab down, whatever state it is in: teardown.sh FOLDER NAME
# Finds what is the lab's by itself (namespaces, noted processes, mounts, loop devices, cgroups),
# so that it works after a crash and without the program that brought the lab up.

# When a process started, in ticks since boot; nothing when there is none.
started() {
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

main() {
    lab=$1
    name=$2
    PATH=$PATH:/usr/sbin:/sbin
    [ -f "$lab/lab.json" ] || [ -f "$lab/unfinished" ] || exit 0

    # Processes noted by id and start time.
    for file in "$lab"/pids/*; do
        [ -f "$file" ] || continue
        read -r pid start <"$file"
        [ "$(started "$pid")" = "$start" ] && kill -9 "$pid" 2>/dev/null
    done

    if [ -f "$lab/bridge" ]; then
        bridge=$(cat "$lab/bridge")
        while iptables -w -D FORWARD -i "$bridge" -o "$bridge" -j ACCEPT 2>/dev/null; do :; done
        # The kernel takes a namespace's cables down some time later: not soon enough for a lab
        # that comes up under the same names at once.
        for cable in /sys/class/net/"$bridge"n[0-9]*; do
            [ -e "$cable" ] && ip link del "${cable##*/}"
        done
        ip link del "$bridge" 2>/dev/null
    fi

    # Whatever still lives in one of its network namespaces.
    for namespace in /run/netns/kel-"$name"-n[0-9]*; do
        [ -e "$namespace" ] || continue
        inode=$(stat -L -c %i "$namespace")
        round=0
        while [ $round -lt 200 ]; do
            found=$(find /proc/[0-9]*/ns/net -maxdepth 0 -lname "net:\[$inode\]" 2>/dev/null | cut -d/ -f3)
            [ -n "$found" ] || break
            kill -9 $found 2>/dev/null
            round=$((round + 1))
            sleep 0.05
        done
        ip netns del "${namespace##*/}"
    done

    # A node's first process ends after all others of the node.
    for file in "$lab"/pids/*; do
        [ -f "$file" ] || continue
        read -r pid start <"$file"
        round=0
        while [ "$(started "$pid")" = "$start" ] && [ $round -lt 200 ]; do
            round=$((round + 1))
            sleep 0.05
        done
    done

    # Mounts below its folder, innermost first; then loop devices on files in it.
    cut -d' ' -f2 /proc/mounts | grep "^$lab/" | sort -r | while read -r mounted; do
        umount -l "$mounted"
    done
    losetup -n -O NAME,BACK-FILE 2>/dev/null | while read -r device file; do
        case $file in
        "$lab"/*) losetup -d "$device" ;;
        esac
    done
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
        group=$hierarchy/kubectl-etcd-lab/$name
        [ -d "$group" ] && find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
    done

    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
        rmdir "$hierarchy/kubectl-etcd-lab" 2>/dev/null
    done

    rm -rf --one-file-system "$lab"
    case ${lab%/*} in
    */kubectl-etcd-lab) rmdir "${lab%/*}" 2>/dev/null ;;
    esac
    [ ! -d "$lab" ]
    exit
}
main "$@"
